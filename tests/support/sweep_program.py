"""Sweeps as a user runs them, and what they left, read by Optuna too, for end-to-end tests."""

import csv
import hashlib

from agsweep_program import ProgramTest

import optuna
from optuna.storages.journal import JournalFileBackend

optuna.logging.set_verbosity(optuna.logging.WARNING)

ASHA = """
name = "test"
model = "scratch"
metric = "val.accuracy"
sampler = "sobol"
trials = 9
[fixed]
epochs = 4
batch_size = 60
layers = 1
d_model = 8
heads = 2
ffn = 16
shards = 4
warmup_steps = 0
[space]
lr = { log = [1e-4, 3e-2] }
dropout = { values = [0.0, 0.1, 0.3] }
[scheduler]
kind = "asha"
eta = 2
"""
SIMPLE = ASHA[: ASHA.index("[scheduler]")].replace("epochs = 4", "epochs = 2").replace("trials = 9", "trials = 4")


class SweepTest(ProgramTest):
    def command(self, name="sweep", spec=ASHA, *options):
        (self.folder / f"{name}.toml").write_text(spec)
        return ["sweep", "--spec", self.folder / f"{name}.toml", "--data", self.data, "--out", self.folder / name, *options]

    def sweep(self, name="sweep", spec=ASHA, *options, ranks=2, code=0, timeout=120):
        self.program.run(*self.command(name, spec, *options), ranks=ranks, timeout=timeout).check(code)
        return self.folder / name

    def resume(self, sweep, *options, ranks=2, code=0):
        return self.program.run("sweep", "--data", self.data, "--out", sweep, "--resume", *options, ranks=ranks, timeout=120).check(code)

    def study(self, sweep):
        storage = optuna.storages.JournalStorage(JournalFileBackend(str(sweep / "journal.log")))
        return optuna.load_study(study_name="test", storage=storage)

    def results(self, sweep):
        with open(sweep / "results.csv", newline="") as file:
            return list(csv.DictReader(file))

    def outcome(self, sweep):
        """What must be the same of two sweeps: every trial's state, values and weights' digests by epoch."""
        trials = [(trial.number, trial.state.name, trial.params, trial.intermediate_values) for trial in self.study(sweep).trials]
        hashes = {path.parent.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((sweep / "trials").glob("*/hashes.csv"))}
        weights = {path.parent.name: hashlib.sha256(path.read_bytes()).hexdigest()
                   for path in sorted((sweep / "trials").glob("*/model.safetensors"))}
        return trials, hashes, weights
