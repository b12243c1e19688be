#!/usr/bin/env python3
"""Compares what a trial costs where training takes no time, in agsweep's scheduler and journal and in Optuna's journal storage, in one run.

usage: bench/journal.py SWEEP_JOURNAL_BENCH [--trials 1000 --rounds 3 --folder .]

Both run successive halving over 1, 3 and 9 epochs on three parameters drawn at random, one worker, each decision on the disk before the
next. FOLDER names the disk. Of each, the time beyond the disk's own fsync is told apart from the whole.
"""

import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time
import unittest.mock

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from arguments import parse_arguments

EPOCHS = 9


def agsweep(program, folder, trials):
    """-> the program's {"seconds": all but the comparison's own writes, "disk_seconds": write and fsync of the same bytes, ..}"""
    return json.loads(subprocess.run([program, folder, str(trials)], stdout=subprocess.PIPE, check=True).stdout)


class TimedSync:
    """os.fsync, counted and timed."""

    def __init__(self):
        self.fsync = os.fsync
        self.seconds, self.calls = 0.0, 0

    def __call__(self, file):
        begin = time.perf_counter()
        self.fsync(file)
        self.seconds += time.perf_counter() - begin
        self.calls += 1


def objective(trial):
    trial.suggest_float("lr", 1e-5, 1e-2, log=True)
    trial.suggest_categorical("lora_rank", [2, 8, 32])
    dropout = trial.suggest_float("lora_dropout", 0, 0.3)
    for epoch in range(1, EPOCHS + 1):
        value = dropout + 1 - 1 / epoch
        trial.report(value, epoch)
        if trial.should_prune():
            raise optuna.TrialPruned
    return value


def optuna_round(folder, trials):
    sync = TimedSync()
    with unittest.mock.patch("os.fsync", sync):
        begin = time.perf_counter()
        study = optuna.create_study(
            storage=JournalStorage(JournalFileBackend(os.path.join(folder, "optuna.log"))), direction="maximize",
            sampler=optuna.samplers.RandomSampler(seed=1),
            pruner=optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3))
        study.optimize(objective, n_trials=trials)
        seconds = time.perf_counter() - begin
    epochs = sum(len(trial.intermediate_values) for trial in study.trials)
    return {"trials": len(study.trials), "epochs": epochs, "appends": sync.calls, "seconds": seconds, "disk_seconds": sync.seconds}


def main():
    arguments = parse_arguments(__doc__, ("program",), trials=1000, rounds=3, folder=pathlib.Path())
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sides = {"agsweep": lambda folder: agsweep(arguments.program, folder, arguments.trials),
             "Optuna": lambda folder: optuna_round(folder, arguments.trials)}
    results = {name: [] for name in sides}
    for _ in range(arguments.rounds):
        for name, side in sides.items():
            with tempfile.TemporaryDirectory(prefix="journal-bench-", dir=arguments.folder) as folder:
                results[name].append(side(folder))
    print(f"{arguments.trials} trials, median of {arguments.rounds} alternating rounds, Optuna {optuna.__version__}; milliseconds a trial")
    for name, rounds in results.items():
        whole = statistics.median(one["seconds"] / one["trials"] for one in rounds)
        beyond = statistics.median((one["seconds"] - one["disk_seconds"]) / one["trials"] for one in rounds)
        one = rounds[0]
        print(f"{name:8} {1e3 * whole:7.3f}, beyond fsync {1e3 * beyond:7.3f}   ({one['epochs'] / one['trials']:.2f} epochs and "
              f"{one['appends'] / one['trials']:.2f} appends a trial)")


if __name__ == "__main__":
    main()
