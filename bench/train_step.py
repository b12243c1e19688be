#!/usr/bin/env python3
"""Compares a training step of the scratch model with eager PyTorch's, and one rank's throughput with two ranks', in one run.

usage: bench/train_step.py TRAIN_STEP_BENCH DATA.h5 [--threads 2 --rounds 5]

Both train batches of 192 rows in file order, with dropout 0.3, AdamW and clipping; PyTorch pads a batch to its longest row.
"""

import pathlib
import sys

import h5py
import torch
from torch.nn import functional as F

from arguments import parse_arguments
from steps import compare, median_step, pytorch_seconds, rows_of, run_bench

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "support"))
from scratch_model import ScratchModel, padded, start  # noqa: E402

BATCH, STEPS = 192, 8


class PyTorch:
    def __init__(self, data, threads):
        torch.set_num_threads(threads)
        with h5py.File(data) as corpus:
            self.batches = [padded(corpus["train"], rows_of(step, BATCH)) for step in range(STEPS)]
        self.model = ScratchModel(dropout=0.3)
        start(self.model, 1)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=1e-3, weight_decay=0.01)

    def loss(self, batch):
        tokens, lengths, labels = batch
        return F.cross_entropy(self.model(tokens, lengths), labels, label_smoothing=0.1)

    def round(self, precision):
        return median_step(pytorch_seconds(self.batches, self.loss, list(self.model.parameters()), self.optimiser, precision))


def main():
    arguments = parse_arguments(__doc__, ("program", "data"), threads=2, rounds=5)

    def ours(precision, threads, ranks=None):
        options = ("--precision", precision, "--threads", threads)
        return median_step(run_bench(arguments.program, arguments.data, STEPS, *options, ranks=ranks)["seconds"])

    print(f"a step of {BATCH} rows, {arguments.threads} threads, median of {arguments.rounds} alternating rounds, PyTorch {torch.__version__}")
    pytorch = PyTorch(arguments.data, arguments.threads)
    for precision in ("fp32", "bf16"):
        compare(precision, arguments.rounds,
                {"agsweep": lambda: ours(precision, arguments.threads), "PyTorch": lambda: pytorch.round(precision)})

    print(f"ranks of one thread, batch {BATCH}, median of {arguments.rounds} alternating rounds")
    for precision in ("fp32", "bf16"):
        compare(precision, arguments.rounds, {"2 ranks": lambda: ours(precision, 1, 2), "1 rank": lambda: ours(precision, 1, 1)})


if __name__ == "__main__":
    main()
