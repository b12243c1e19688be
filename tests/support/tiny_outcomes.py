"""Trainings and a sweep of a fraction of a second, and what of their folders must be the same after faults."""

import csv
import json

from agsweep_program import contents

TINY = ["--layers", 1, "--d-model", 2, "--heads", 1, "--ffn", 4, "--train-limit", 64, "--batch-size", 16, "--shards", 4, "--threads", 1,
        "--warmup-steps", 2]
TINY_LORA = ["--model", "gpt2-lora", "--train-limit", 64, "--batch-size", 16, "--threads", 1, "--warmup-steps", 0, "--lora-rank", 2]
SPEC = """
model = "scratch"
metric = "val.loss"
sampler = "grid"
keep = 1
[fixed]
layers = 1
d_model = 2
heads = 1
ffn = 4
train_limit = 64
batch_size = 16
shards = 4
warmup_steps = 2
epochs = 2
tensorboard = false
[space]
lr = { values = [1e-3, 1e-2, 1e-1] }
"""


def table(path, *left_out):
    with open(path, newline="") as file:
        return [{key: value for key, value in row.items() if key not in left_out} for row in csv.DictReader(file)]


def run_outcome(run):
    """What of a run must be the same."""
    if not (run / "result.json").exists():
        return None
    result = json.loads((run / "result.json").read_text())
    files = contents(run)
    return ([files.get(name) for name in ("model.safetensors", "hashes.csv", "predictions_test.csv")], table(run / "steps.csv", "tokens_per_second"),
            table(run / "epochs.csv", "seconds"), [result[key] for key in ("status", "best", "final", "test")])


def sweep_outcome(sweep):
    """Of each configuration its complete trial, and the kept weights."""
    if not (sweep / "results.csv").exists():
        return None
    rows = [row for row in table(sweep / "results.csv", "seconds", "error", "trial") if row["state"] == "complete"]
    weights = {digest for name, digest in contents(sweep).items() if name.endswith("model.safetensors")}
    return sorted(map(str, rows)), weights
