"""agsweep's median rule decides as optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=min_epochs) on the same reports, a step
an epoch from 1. Only the last epoch differs: there Optuna may prune, but agsweep's trial is complete. Argument: schedule_json."""

import json
import random
import subprocess
import sys

import optuna
from optuna.trial import TrialState

optuna.logging.set_verbosity(optuna.logging.ERROR)


def sweep(seed):
    """The calls for schedule_json, and Optuna's answer to each."""
    draw = random.Random(seed)
    epochs, min_epochs, workers = draw.randint(1, 12), draw.randint(1, 4), draw.randint(1, 6)
    # Scores in steps of 1/64 meet their medians often, and are exact when negated for Optuna's minimisation.
    coarse, minimise = draw.random() < 0.5, draw.random() < 0.5
    pruner = optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=min_epochs)
    study = optuna.create_study(direction="minimize" if minimise else "maximize", pruner=pruner)
    calls, answers = [f"median {min_epochs} {epochs}"], [None]
    running, begun = [], 0
    while begun < 40 or running:
        if begun < 40 and len(running) < workers:
            running.append((study.ask(), draw.gauss(0, 1), [0]))
            begun += 1
            continue
        run = draw.choice(running)
        trial, level, epoch = run
        if draw.random() < 0.01:
            study.tell(trial, state=TrialState.FAIL)
            calls.append(f"retire {trial.number} 1")
            answers.append(None)
            running.remove(run)
            continue
        epoch[0] += 1
        score = level + epoch[0] / epochs + draw.gauss(0, 0.5)
        if coarse:
            score = round(score * 8) / 64
        value = -score if minimise else score
        trial.report(value, step=epoch[0])
        calls.append(f"report {trial.number} {epoch[0]} {score!r}")
        stops = epoch[0] < epochs and trial.should_prune()
        answers.append("stop" if stops else "go_on")
        if stops:
            study.tell(trial, state=TrialState.PRUNED)
            calls.append(f"retire {trial.number} 0")
            answers.append(None)
            running.remove(run)
        elif epoch[0] == epochs:
            study.tell(trial, value)
            running.remove(run)
    return calls, answers


def main(schedule_json):
    calls, expected = [], []
    for seed in range(60):
        sweep_calls, sweep_answers = sweep(seed)
        calls += sweep_calls
        expected += sweep_answers
    ours = subprocess.run([schedule_json], input="\n".join(calls), text=True, check=True, capture_output=True).stdout.splitlines()
    assert len(ours) == len(expected)
    for number, (call, answer, optunas) in enumerate(zip(calls, ours, expected)):
        assert json.loads(answer) == optunas, (number, call, answer, optunas)
    stops = expected.count("stop")
    assert stops > 300 and expected.count("go_on") > 3000
    print(f"{len(calls)} calls, {stops} stops")


main(sys.argv[1])
