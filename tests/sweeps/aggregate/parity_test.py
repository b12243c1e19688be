"""aggregate agrees with optuna's reading of the journal, with scipy's intervals and with Optuna's importances. Argument: aggregate_tool."""

import csv
import io
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy
import optuna
import scipy.stats
from optuna.importance import FanovaImportanceEvaluator
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from sweep_folder import SweepFolder

LORA = {"lr": ("log", [5e-5, 5e-3]), "lora_rank": ("values", [2, 8, 32]), "lora_dropout": ("range", [0.0, 0.3])}
RUNGS = [1, 3, 9]
WORDS = {TrialState.COMPLETE: "complete", TrialState.PRUNED: "pruned", TrialState.FAIL: "failed"}


def run(tool, word, *folders):
    return subprocess.run([tool, word, *map(str, folders)], check=True, capture_output=True, text=True).stdout


def rows_of(tool, *folders):
    return list(csv.DictReader(io.StringIO(run(tool, "csv", *folders), newline="")))


def load(sweep):
    return optuna.load_study(study_name=sweep.path.name, storage=JournalStorage(JournalFileBackend(str(sweep.path / "journal.log"))))


def nine_digits(text, value):
    assert math.isclose(float(text), value, rel_tol=1e-8), (text, value)


def asha_sweep(folder, random):
    """Trials of each state, as ASHA leaves them; one error needs quotes."""
    sweep = SweepFolder(folder, LORA, trials=60, scheduler={"kind": "asha", "eta": 3, "min_epochs": 1})
    states = ["PAUSED", "PRUNED", "COMPLETE", "RUNNING", "FAIL"]
    for number in range(60):
        state = states[number % 5]
        epochs = {"PAUSED": RUNGS[number % 2], "PRUNED": RUNGS[number % 2], "COMPLETE": 9, "RUNNING": number % 8, "FAIL": number % 4}[state]
        params = {"lr": float(numpy.exp(random.uniform(*numpy.log(LORA["lr"][1])))), "lora_rank": [2, 8, 32][random.integers(3)],
                  "lora_dropout": float(random.uniform(0, 0.3))}
        curve = random.uniform(0.8, 0.95, epochs).tolist()
        sweep.trial(params, curve, state, error='the loss is "nan",\nat step 7', config_hash=f"h{number}" if state == "COMPLETE" else None)
    return sweep


def check_rows(tool, sweep):
    study = load(sweep)
    rows = {int(row["trial"]): row for row in rows_of(tool, sweep.path)}
    assert sorted(rows) == [trial.number for trial in study.trials]
    for trial in study.trials:
        row = rows[trial.number]
        paused = trial.user_attrs.get("agsweep:paused", False)
        assert row["state"] == WORDS.get(trial.state, "paused" if paused else "running"), row
        assert [type(value)(row[key]) for key, value in trial.params.items()] == list(trial.params.values()), row
        assert int(row["seed"]) == trial.user_attrs["agsweep:seed"]
        assert int(row["epochs"]) == len(trial.intermediate_values)
        values = trial.intermediate_values
        if trial.state == TrialState.FAIL or not values:
            assert row["value"] == row["best_epoch"] == "", row
        else:
            nine_digits(row["value"], max(values.values()))
            assert int(row["best_epoch"]) == max(values, key=lambda epoch: (values[epoch], -epoch))
        if trial.value is not None:
            nine_digits(row["value"], trial.value)
        assert row["error"] == (trial.user_attrs["agsweep:error"] if trial.state == TrialState.FAIL else "")
        assert (row["rank"] != "") == (trial.state in (TrialState.COMPLETE, TrialState.PRUNED))
        assert row["seconds"] == ("2.75" if trial.state == TrialState.COMPLETE else "")

    ranked = sorted((row for row in rows.values() if row["rank"]), key=lambda row: int(row["rank"]))
    assert int(ranked[0]["trial"]) == study.best_trial.number
    complete = [trial for trial in study.trials if trial.state == TrialState.COMPLETE]
    by_value = [trial.number for trial in sorted(complete, key=lambda trial: -trial.value)]
    assert [int(row["trial"]) for row in ranked[: len(complete)]] == by_value
    assert {row["state"] for row in ranked[len(complete) :]} == {"pruned"}

    status = json.loads(run(tool, "status", sweep.path))
    assert {key: status[key] for key in ("complete", "running", "paused", "pruned", "failed", "pending")} == {
        "complete": 12, "running": 12, "paused": 12, "pruned": 12, "failed": 12, "pending": 0}
    assert status["best"]["trial"] == study.best_trial.number
    assert status["best"]["parameters"] == study.best_params


def check_rung(tool, sweep):
    """The highest rung that 20 configurations reached, counted by Optuna's reading."""
    study = load(sweep)
    alive = [trial for trial in study.trials if trial.state != TrialState.FAIL]
    reached = {rung: sum(len(trial.intermediate_values) >= rung for trial in alive) for rung in RUNGS}
    highest = max(rung for rung, count in reached.items() if count >= 20)
    importance = json.loads(run(tool, "json", sweep.path))["rankings"][0]["importance"][0]
    assert (importance["epoch"], importance["configurations"]) == (highest, reached[highest]), (importance, reached)
    assert highest == 3, "neither the first rung nor the last"


def check_seeds(tool, folder, random):
    """Means and intervals over seeds, spread over two sweeps with one duplicate, are scipy's."""
    sweeps = [SweepFolder(folder / name, LORA, seeds=[1, 2, 3, 4]) for name in ("one", "two")]
    values = {}
    for configuration in range(8):
        params = {"lr": 1e-3, "lora_rank": 8, "lora_dropout": configuration / 100}
        values[configuration] = random.uniform(0.8, 0.95, 1 + configuration % 4).tolist()
        for seed, value in enumerate(values[configuration], start=1):
            sweeps[seed % 2].trial(params, [value - 0.1, value, value - 0.2], "COMPLETE", configuration=configuration, seed=seed,
                                   config_hash=f"h{configuration}")
    again = values[3][3]
    sweeps[1].trial({"lr": 1e-3, "lora_rank": 8, "lora_dropout": 0.03}, [again - 0.1, again, again - 0.2], "COMPLETE", configuration=3,
                    seed=4, config_hash="h3")

    folders = [sweep.path for sweep in sweeps]
    rows = rows_of(tool, *folders)
    document = json.loads(run(tool, "json", folder))
    assert len(document["duplicates"]) == 1 and document["duplicates"][0]["differs_at_epoch"] is None
    (ranking,) = document["rankings"]
    order = sorted(values, key=lambda configuration: -numpy.mean(values[configuration]))
    assert [entry["config_hash"] for entry in ranking["configurations"]] == [f"h{configuration}" for configuration in order]
    for configuration, seeds in values.items():
        mean = numpy.mean(seeds)
        entry = ranking["configurations"][order.index(configuration)]
        nine_digits(entry["mean"], mean)
        counted = [row for row in rows if row["config_hash"] == f"h{configuration}" and row["rank"]]
        assert len(counted) == len(entry["trials"]) == len(seeds)
        if len(seeds) == 1:
            assert entry["interval_95"] is None and counted[0]["low_95"] == counted[0]["high_95"] == ""
            continue
        low, high = scipy.stats.t.interval(0.95, len(seeds) - 1, mean, scipy.stats.sem(seeds))
        for row in counted:
            assert int(row["rank"]) == entry["rank"]
            for text, value in zip([row["mean"], row["low_95"], row["high_95"], *entry["interval_95"]], [mean, low, high, low, high]):
                nine_digits(text, value)
    assert sum(row["rank"] == "" for row in rows) == 1, "the copy has no rank"


def check_importance(tool, folder, random):
    """On a plain scale, where Optuna's measure is ours too, the shares are those of its evaluator on the same journal."""
    space = {"dropout": ("range", [0.0, 0.5]), "layers": ("int", [1, 12]), "weight_decay": ("range", [0.0, 0.1])}
    sweep = SweepFolder(folder, space, trials=120, epochs=2)
    for number in range(120):
        params = {"dropout": float(random.uniform(0, 0.5)), "layers": int(random.integers(1, 13)), "weight_decay": float(random.uniform(0, 0.1))}
        value = 0.9 - (params["dropout"] - 0.2) ** 2 - 0.0006 * (params["layers"] - 5) ** 2 + 0.1 * params["weight_decay"]
        sweep.trial(params, [value - 0.05, value], "COMPLETE")
    theirs = FanovaImportanceEvaluator(n_trees=64, max_depth=64, seed=0).evaluate(load(sweep))
    (importance,) = json.loads(run(tool, "json", sweep.path))["rankings"][0]["importance"]
    assert (importance["epoch"], importance["configurations"]) == (2, 120)
    for key, share in theirs.items():
        ours = importance["parameters"][key]
        print(f"{key:14} agsweep {ours['share']:.3f} {ours['interval_95']}  Optuna {share:.3f}")
        assert abs(ours["share"] - share) < 0.05, key
        assert ours["interval_95"][0] <= ours["share"] <= ours["interval_95"][1]
    assert max(theirs, key=theirs.get) == max(importance["parameters"], key=lambda key: importance["parameters"][key]["share"])


def main(tool):
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    random = numpy.random.default_rng(5)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        sweep = asha_sweep(folder / "asha", random)
        check_rows(tool, sweep)
        check_rung(tool, sweep)
        check_seeds(tool, folder / "seeds", random)
        check_importance(tool, folder / "importance", random)


main(sys.argv[1])
