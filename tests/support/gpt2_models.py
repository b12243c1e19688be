"""A tiny GPT-2 as transformers writes it, and logits of one corpus by agsweep and by Python, for tests that compare the two."""

import csv
import json
import os
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"

import h5py  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402
from agsweep_program import ProgramTest  # noqa: E402


def write_base(folder, seed, random=True):
    """A tiny GPT-2 whose config belongs to some other classifier; marked as random where it is."""
    torch.manual_seed(seed)
    config = transformers.GPT2Config(n_embd=32, n_layer=2, n_head=2, n_positions=128, num_labels=3)
    transformers.GPT2Model(config).save_pretrained(folder)
    stored = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(stored | {"agsweep_random": random, "num_labels": 3}))


class Gpt2Test(ProgramTest):
    """base is one GPT-2 for all tests of a module."""

    @classmethod
    def setUpClass(cls):
        warnings.simplefilter("ignore")
        transformers.utils.logging.disable_progress_bar()
        transformers.logging.set_verbosity_error()
        cls.base = cls.data.parent / "base"
        if not cls.base.exists():
            write_base(cls.base, 1)

    def evaluated(self, model, *options):
        """The logits of the test split, as agsweep evaluates a run or an adapter."""
        path = self.folder / "predictions.csv"
        self.program.run("evaluate", model, "--data", self.data, "--out", path, *options).check()
        with open(path, newline="") as file:
            return torch.tensor([[float(row[f"logit_{label}"]) for label in range(4)] for row in csv.DictReader(file)])

    def rows(self):
        """The test split's token lists."""
        with h5py.File(self.data) as file:
            offsets, tokens = file["test"]["offsets"][:].astype(int), file["test"]["tokens"][:].astype(int)
        return [tokens[begin:end].tolist() for begin, end in zip(offsets, offsets[1:])]

    def logits(self, model, tokenizer):
        """Of a padded batch of all rows."""
        batch = tokenizer.pad({"input_ids": self.rows()}, return_tensors="pt")
        with torch.no_grad():
            return model.eval()(**batch).logits

    def assert_close(self, found, expected):
        self.assertGreater(expected.std(0).max(), 0.01, "logits that differ between rows")
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
