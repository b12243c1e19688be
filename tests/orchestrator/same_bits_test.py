"""A training's bits depend on its shards alone: not on ranks, threads, or a stop and a resume in between.

usage: same_bits_test.py AGSWEEP TOKENIZER_DIR
"""

import csv
import hashlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, main  # noqa: E402

# Without --shards, so that the default counts too.
SMALL = ["--layers", 2, "--d-model", 32, "--heads", 2, "--ffn", 64, "--batch-size", 60, "--epochs", 2, "--lr", 0.01]


def bits(run):
    """What of a run must be the same: the digest of each file, of tables without what the clock says."""
    digests = {name: hashlib.sha256((run / name).read_bytes()).hexdigest() for name in ("model.safetensors", "predictions_test.csv", "hashes.csv")}
    for name, clock in (("epochs.csv", "seconds"), ("steps.csv", "tokens_per_second")):
        with open(run / name, newline="") as file:
            rows = [{key: value for key, value in row.items() if key != clock} for row in csv.DictReader(file)]
        digests[name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return digests


class SameBits(ProgramTest):
    def run_of(self, ranks, threads, *options):
        run = self.folder / f"{ranks}x{threads}"
        self.program.run("train", "--data", self.data, "--out", run, *SMALL, "--threads", threads, *options, ranks=ranks).check()
        return bits(run)

    def check_all(self, *options):
        expected = self.run_of(1, 1, *options)
        for ranks, threads in ((1, 2), (2, 1), (2, 2), (3, 1), (4, 1), (4, 2)):
            with self.subTest(ranks=ranks, threads=threads):
                self.assertEqual(self.run_of(ranks, threads, *options), expected)

    def test_whatever_the_ranks_and_threads(self):
        self.check_all()

    def test_with_fewer_shards_than_the_default(self):
        self.check_all("--shards", 4)

    def test_in_bf16(self):
        expected = self.run_of(1, 1, "--precision", "bf16")
        self.assertEqual(self.run_of(3, 2, "--precision", "bf16"), expected)

    def test_but_not_whatever_the_shards(self):
        self.assertNotEqual(self.run_of(1, 1, "--shards", 4), self.run_of(1, 2, "--shards", 8))


if __name__ == "__main__":
    main()
