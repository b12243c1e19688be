#!/usr/bin/env python3
"""Compares a training step of the scratch model with eager PyTorch's, and one rank's throughput with two ranks', in one run.

usage: bench/train_step.py TRAIN_STEP_BENCH DATA.h5 [--threads 2 --rounds 5]

Both train batches of 192 rows in file order, with dropout 0.3, AdamW and clipping; PyTorch pads a batch to its longest row.
"""

import pathlib
import sys

import torch
from torch.nn import functional as F

from arguments import parse_arguments
from steps import compare, median_step, pytorch_seconds, rows_of, run_bench

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "support"))
from scratch_model import ScratchModel, first_rows, padded, start  # noqa: E402

BATCH, STEPS = 192, 8


class PyTorch:
    def __init__(self, data, threads, batch=BATCH, steps=STEPS, device="cpu", compiled=False, **geometry):
        torch.set_num_threads(threads)
        self.device = device
        rows = first_rows(data, batch * steps)
        self.batches = [[tensor.to(device) for tensor in padded(rows, rows_of(step, batch))] for step in range(steps)]
        self.model = ScratchModel(dropout=0.3, **geometry)
        start(self.model, 1)
        self.model.to(device)
        self.forward = torch.compile(self.model, dynamic=True) if compiled else self.model
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=1e-3, weight_decay=0.01, fused=device == "cuda")

    def loss(self, batch):
        tokens, lengths, labels = batch
        return F.cross_entropy(self.forward(tokens, lengths), labels, label_smoothing=0.1)

    def seconds(self, precision):
        return pytorch_seconds(self.batches, self.loss, list(self.model.parameters()), self.optimiser, precision, self.device)

    def round(self, precision):
        return median_step(self.seconds(precision))


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
