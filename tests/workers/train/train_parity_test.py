"""30 full-batch steps of `agsweep train` against PyTorch with AdamW, OneCycleLR and clip_grad_norm_, from the same weights.

usage: train_parity_test.py AGSWEEP TOKENIZER_DIR
"""

import csv
import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from scratch_model import ScratchModel, padded, start  # noqa: E402

# A gentle rate: at 3e-3 PyTorch itself, in fp32, is 1.7e-3 away from its own float64 run after 30 steps.
STEPS, WARMUP, LR, DECAY, CLIP, SMOOTHING = 30, 6, 1e-3, 0.05, 1.0, 0.1
RELATIVE = 1e-4


def train_here(model, batch):
    tokens, lengths, labels = batch
    optimiser = torch.optim.AdamW(model.parameters(), lr=LR, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LR, total_steps=STEPS, pct_start=WARMUP / STEPS)
    rows = []
    for _ in range(STEPS):
        lr = optimiser.param_groups[0]["lr"]
        loss = F.cross_entropy(model(tokens, lengths), labels, label_smoothing=SMOOTHING)
        optimiser.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimiser.step()
        schedule.step() if len(rows) < STEPS - 1 else None
        rows.append((lr, loss.item(), norm.item()))
    return np.array(rows)


def worst(ours, theirs):
    return float(np.max(np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1e-12)))


def main(agsweep, tokenizer):
    with tempfile.TemporaryDirectory(prefix="agsweep-") as scratch:
        compare(agsweep, tokenizer, pathlib.Path(scratch))


def compare(agsweep, tokenizer, folder):
    data = folder / "data.h5"
    subprocess.run([agsweep, "prepare", "--synthetic", "40", "--max-length", "24", "--tokenizer", tokenizer, "--out", data], check=True)
    torch.manual_seed(0)
    model = ScratchModel()
    assert sum(p.numel() for p in model.parameters()) == 10_985_092
    start(model, 1)
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, str(folder / "init.safetensors"))

    with h5py.File(data) as corpus:
        rows = len(corpus["train/labels"])
        batch = padded(corpus["train"], list(range(rows)))
    run = folder / "run"
    subprocess.run(
        [agsweep, "train", "--data", data, "--model", "scratch", "--out", run, "--init", folder / "init.safetensors",
         "--epochs", str(STEPS), "--batch-size", str(rows), "--lr", str(LR), "--warmup-steps", str(WARMUP), "--weight-decay", str(DECAY),
         "--clip-norm", str(CLIP), "--label-smoothing", str(SMOOTHING), "--dropout", "0", "--patience", "0", "--precision", "fp32"],
        check=True)

    theirs = train_here(model, batch)
    with open(run / "steps.csv") as file:
        ours = np.array([[float(r["lr"]), float(r["loss"]), float(r["grad_norm"])] for r in csv.DictReader(file)])
    assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
    for column, name in enumerate(("learning rate", "loss", "gradient norm")):
        error = worst(ours[:, column], theirs[:, column])
        print(f"{name}: worst relative difference {error:.2e}")
        assert error <= RELATIVE, name

    assert json.loads((run / "result.json").read_text())["params_total"] == 10_985_092
    newest = sorted((run / "checkpoints").glob("*.safetensors"))[-1]
    stored = load_file(str(newest))
    for name, parameter in model.state_dict().items():
        ours, parameter = stored[f"parameters.{name}"], parameter.clone()
        if name.endswith("qkv.bias"):
            # Softmax does not see the keys' bias: its gradient is rounding noise, which Adam scales up to whole steps.
            width = len(ours) // 3
            ours[width : 2 * width] = parameter[width : 2 * width] = 0
        # Relative to the tensor's size: single weights that pass through zero have no relative error to speak of.
        error = ((ours - parameter).norm() / parameter.norm()).item()
        print(f"{name}: relative difference {error:.2e}")
        assert error <= RELATIVE, name


if __name__ == "__main__":
    main(*sys.argv[1:])
