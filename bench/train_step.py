#!/usr/bin/env python3
"""Compares a training step of the scratch model with eager PyTorch's, and one rank's throughput with two ranks', in one run.

usage: bench/train_step.py TRAIN_STEP_BENCH DATA.h5 [--threads 2 --rounds 5]

Both train batches of 192 rows in file order, with dropout 0.3, AdamW and clipping; PyTorch pads a batch to its longest row. Rounds of
the two alternate, so that what else the machine does slows both; a round's figure is the median of its steps after the first two, in which
libraries compile kernels.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import h5py
import torch
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "support"))
from scratch_model import ScratchModel, padded, start  # noqa: E402

BATCH, STEPS, WARM_UP = 192, 8, 2


def run(command):
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    output = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment).stdout
    return statistics.median(json.loads(output)["seconds"][WARM_UP:])


class PyTorch:
    def __init__(self, data, threads):
        torch.set_num_threads(threads)
        with h5py.File(data) as corpus:
            self.batches = [padded(corpus["train"], list(range(i * BATCH, (i + 1) * BATCH))) for i in range(STEPS)]
        self.model = ScratchModel(dropout=0.3)
        start(self.model, 1)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=1e-3, weight_decay=0.01)

    def step(self, batch, precision):
        tokens, lengths, labels = batch
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
            loss = F.cross_entropy(self.model(tokens, lengths), labels, label_smoothing=0.1)
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()

    def round(self, precision):
        seconds = []
        for batch in self.batches:
            begin = time.perf_counter()
            self.step(batch, precision)
            seconds.append(time.perf_counter() - begin)
        return statistics.median(seconds[WARM_UP:])


def compare_with_pytorch(arguments):
    print(f"a step of {BATCH} rows, {arguments.threads} threads, median of {arguments.rounds} alternating rounds, PyTorch {torch.__version__}")
    pytorch = PyTorch(arguments.data, arguments.threads)
    for precision in ("fp32", "bf16"):
        ours, theirs = [], []
        for _ in range(arguments.rounds):
            ours.append(run([arguments.program, arguments.data, str(arguments.threads), precision, str(STEPS)]))
            theirs.append(pytorch.round(precision))
        ratio = statistics.median(their / our for our, their in zip(ours, theirs))
        print(f"{precision}  agsweep {statistics.median(ours):.3f} s   PyTorch {statistics.median(theirs):.3f} s   ratio {ratio:.2f}", flush=True)


def compare_ranks(arguments):
    print(f"ranks of one thread, batch {BATCH}, median of {arguments.rounds} alternating rounds")
    for precision in ("fp32", "bf16"):
        seconds = {1: [], 2: []}
        for _ in range(arguments.rounds):
            for ranks, times in seconds.items():
                times.append(run(["mpirun", "-n", str(ranks), "--bind-to", "core", arguments.program, arguments.data, "1", precision, str(STEPS)]))
        ratio = statistics.median(one / two for one, two in zip(seconds[1], seconds[2]))
        print(f"{precision}  1 rank {statistics.median(seconds[1]):.3f} s   2 ranks {statistics.median(seconds[2]):.3f} s   ratio {ratio:.2f}",
              flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    compare_with_pytorch(arguments)
    compare_ranks(arguments)


if __name__ == "__main__":
    main()
