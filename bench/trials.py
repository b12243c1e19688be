#!/usr/bin/env python3
"""Compares what a trial that computes next to nothing takes, in agsweep and in Ray Tune, in one run.

usage: bench/trials.py AGSWEEP [--trials 200 --ranks 2 --rounds 3]

agsweep: the smallest scratch model (d_model 8, one layer) trains one step (a sample of 8 rows) and is evaluated on validation, its weights
kept for the best three. Ray Tune: a function that reports one number. Both have as many workers as ranks. A sweep of a tenth of the trials is taken off, so
that the start of the program (or of Ray's services) is left out and told apart. Ray is no requirement of the tests:
pip install "ray[tune]". Without it agsweep's side alone is shown.
"""

import os
import pathlib
import statistics
import subprocess
import tempfile
import time

from arguments import parse_arguments

SPEC = """
name = "nothing"
model = "scratch"
metric = "val.accuracy"
sampler = "random"
trials = {trials}

[fixed]
epochs = 1
train_limit = 8
batch_size = 8
d_model = 8
heads = 2
layers = 1
ffn = 8
warmup_steps = 0

[space]
lr = {{ log = [1e-4, 1e-2] }}
"""


class Agsweep:
    def __init__(self, program, ranks, folder):
        self.program, self.ranks, self.folder = program, ranks, folder
        self.data = folder / "data.h5"
        self.sweeps = 0
        subprocess.run([program, "prepare", "--synthetic", "400", "--out", self.data], stdout=subprocess.DEVNULL, check=True)

    def seconds(self, trials):
        self.sweeps += 1
        spec, out = self.folder / "nothing.toml", self.folder / f"sweep-{self.sweeps}"
        spec.write_text(SPEC.format(trials=trials))
        environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
        command = ["mpirun", "-n", str(self.ranks), "--bind-to", "none", self.program, "sweep", "--spec", spec, "--data", self.data,
                   "--out", out, "--threads", "1"]
        begin = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, env=environment)
        seconds = time.perf_counter() - begin
        rows = (out / "results.csv").read_text().splitlines()
        if len(rows) != trials + 1:
            raise SystemExit(f"{out}/results.csv has {len(rows) - 1} trials")
        return seconds


class RayTune:
    def __init__(self, ranks, folder):
        import ray
        from ray import tune
        self.ranks, self.folder, self.tune = ranks, folder, tune
        ray.init(num_cpus=ranks, include_dashboard=False, log_to_driver=False, logging_level="ERROR")

    def seconds(self, trials):
        tune = self.tune

        def nothing(config):
            tune.report({"accuracy": config["lr"]})

        tuner = tune.Tuner(tune.with_resources(nothing, {"cpu": 1}), param_space={"lr": tune.loguniform(1e-4, 1e-2)},
                           tune_config=tune.TuneConfig(num_samples=trials, metric="accuracy", mode="max", reuse_actors=True),
                           run_config=tune.RunConfig(storage_path=str(self.folder / "ray"), verbose=0))
        begin = time.perf_counter()
        results = tuner.fit()
        seconds = time.perf_counter() - begin
        if len(results) != trials or results.num_errors:
            raise SystemExit(f"Ray Tune ran {len(results)} trials, {results.num_errors} with errors")
        return seconds


def main():
    arguments = parse_arguments(__doc__, ("program",), trials=200, ranks=2, rounds=3)
    if arguments.trials < 2:
        raise SystemExit("--trials: 2 or more")
    few = max(arguments.trials // 10, 1)
    with tempfile.TemporaryDirectory(prefix="agsweep-bench-") as name:
        sides = {"agsweep": Agsweep(arguments.program.resolve(), arguments.ranks, pathlib.Path(name))}
        try:
            sides["Ray Tune"] = RayTune(arguments.ranks, pathlib.Path(name))
        except ImportError as error:
            print(f"no Ray Tune: {error}")
        times = {name: [] for name in sides}
        for _ in range(arguments.rounds):
            for name, side in sides.items():
                times[name].append((side.seconds(few), side.seconds(arguments.trials)))
    print(f"{arguments.trials} trials on {arguments.ranks} workers, median of {arguments.rounds} alternating rounds; "
          "milliseconds of a worker a trial")
    for name, rounds in times.items():
        whole = statistics.median(many for _, many in rounds)
        each = statistics.median((many - one) / (arguments.trials - few) for one, many in rounds)
        print(f"{name:9} {1e3 * arguments.ranks * each:6.1f}   with the start {1e3 * arguments.ranks * whole / arguments.trials:6.1f} "
              f"({whole:.2f} s in all)")


if __name__ == "__main__":
    main()
