"""What a run has left, and how far it is from another's."""

import csv

import numpy as np
from safetensors.numpy import load_file


class Trained:
    def __init__(self, folder):
        with open(folder / "steps.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.losses, self.norms = ([float(row[column]) for row in rows] for column in ("loss", "grad_norm"))
        self.weights = load_file(folder / "model.safetensors")
        self.hashes = (folder / "hashes.csv").read_text()
        for name, bias in self.weights.items():
            if name.endswith("qkv.bias"):  # a key's bias cancels in the softmax: its gradient is rounding alone, which AdamW scales up
                bias[len(bias) // 3 : 2 * len(bias) // 3] = 0

    def distance(self, other):
        """Largest relative difference of (losses, norms, weights), and the tensor of the last; a tensor's is that of its norm."""
        scalars = [float(np.max(np.abs(np.subtract(a, b)) / np.abs(b))) for a, b in ((self.losses, other.losses), (self.norms, other.norms))]
        tensors = {name: float(np.linalg.norm(self.weights[name] - value) / max(np.linalg.norm(value), 1e-30)) for name, value in other.weights.items()}
        worst = max(tensors, key=tensors.get)
        return [*scalars, tensors[worst]], worst
