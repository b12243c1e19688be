"""SWEEP/ as `agsweep sweep` leaves it, without training anything.

    sweep = SweepFolder(folder / "s", {"lr": ("log", [1e-4, 1e-2]), "lora_rank": ("values", [2, 8])}, trials=24)
    sweep.trial({"lr": 1e-3, "lora_rank": 8}, [0.5, 0.6], "PRUNED", config_hash="h0")
"""

import json
import pathlib

from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution, distribution_to_json

WORKER = "agsweep-n1-4242-99"
TIME = "2026-01-31T12:00:00+00:00"
STATES = {"COMPLETE": 1, "PRUNED": 2, "FAIL": 3}
DISTRIBUTIONS = {
    "log": lambda limits: FloatDistribution(*limits, log=True),
    "range": lambda limits: FloatDistribution(*limits),
    "int": lambda limits: IntDistribution(*limits),
    "log_int": lambda limits: IntDistribution(*limits, log=True),
    "values": CategoricalDistribution,
}


def toml(value):
    return json.dumps(value)  # the same for numbers, truth values, plain texts and lists of them


class SweepFolder:
    """space: {key: (scale, limits or values)}; scheduler and fixed: tables of the spec."""

    def __init__(self, path, space, *, trials=24, seeds=(42,), metric="val.f1_macro", epochs=9, data="d" * 64, train_limit=0,
                 scheduler=None, fixed=None, model="gpt2-lora"):
        self.path = pathlib.Path(path)
        self.space = space
        self.distributions = {key: distribution_to_json(DISTRIBUTIONS[scale](limits)) for key, (scale, limits) in space.items()}
        self.maximise = metric != "val.loss"
        self.count = 0
        self.path.mkdir(parents=True)
        spec = [f"name = {toml(self.path.name)}", f"model = {toml(model)}", f"metric = {toml(metric)}", 'sampler = "random"',
                f"trials = {trials}", f"seeds = {toml(list(seeds))}"]
        spec += ["[fixed]", *(f"{key} = {toml(value)}" for key, value in (fixed or {}).items())]
        spec += ["[space]", *(f"{key} = {{ {scale} = {toml(limits)} }}" for key, (scale, limits) in space.items())]
        spec += ["[scheduler]", *(f"{key} = {toml(value)}" for key, value in (scheduler or {"kind": "none"}).items())]
        (self.path / "sweep.resolved.toml").write_text("\n".join(spec) + "\n")
        self.write(0, study_name=self.path.name, directions=[2 if self.maximise else 1])
        for key, value in {"epochs": epochs, "data_sha256": data, "train_limit": train_limit, "metric": metric}.items():
            self.write(2, study_id=0, user_attr={f"agsweep:{key}": value})

    def write(self, operation, **entries):
        with open(self.path / "journal.log", "a") as file:
            file.write(json.dumps({"op_code": operation, "worker_id": WORKER} | entries) + "\n")

    def note(self, trial, key, value):
        self.write(8, trial_id=trial, user_attr={f"agsweep:{key}": value})

    def trial(self, params, curve, state, *, configuration=None, seed=42, error="not finite", config_hash=None, seconds=2.5):
        """A trial with its metric after each epoch. state: COMPLETE, PRUNED, FAIL, RUNNING or PAUSED. A config_hash: it has a result."""
        number = self.count
        self.count += 1
        inner = {key: self.space[key][1].index(value) if self.space[key][0] == "values" else value for key, value in params.items()}
        self.write(4, study_id=0, datetime_start=TIME, distributions=self.distributions, params=inner)
        self.note(number, "configuration", number if configuration is None else configuration)
        self.note(number, "seed", seed)
        for epoch, value in enumerate(curve, start=1):
            self.write(7, trial_id=number, step=epoch, intermediate_value=value)
        if state == "PAUSED":
            self.note(number, "paused", True)
        if state == "FAIL":
            self.note(number, "error", error)
        if state in STATES:
            best = (max if self.maximise else min)(curve) if curve else None
            self.write(6, trial_id=number, state=STATES[state], values=None if state == "FAIL" else [best], datetime_complete=TIME)
        if config_hash is not None:
            run = self.path / "trials" / f"{number:04}"
            run.mkdir(parents=True)
            result = {"status": "done", "config_hash": config_hash, "seed": seed, "train_seconds": seconds, "eval_seconds": 0.25}
            (run / "result.json").write_text(json.dumps(result))
        return number
