"""A journal of agsweep is one of Optuna's: optuna.load_study reads from it what agsweep does, and may add notes. Argument: journal_tool."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

os.environ["TZ"] = "XXX-9"  # Optuna turns times into local ones: let them differ from UTC
time.tzset()

import optuna  # noqa: E402
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution, distribution_to_json  # noqa: E402
from optuna.storages import JournalStorage  # noqa: E402
from optuna.storages.journal import JournalFileBackend  # noqa: E402
from optuna.study import StudyDirection  # noqa: E402
from optuna.trial import TrialState  # noqa: E402

DISTRIBUTIONS = {
    "lr": FloatDistribution(5e-5, 5e-3, log=True),
    "lora_dropout": FloatDistribution(0, 0.3),
    "layers": IntDistribution(1, 6),
    "ffn": IntDistribution(2, 64, log=True),
    "lora_rank": CategoricalDistribution([2, 8, 32]),
    "lora_alpha": CategoricalDistribution(["r", '2r "\\ ä']),
    "weight_decay": CategoricalDistribution([0.0, 0.1, 1e-7]),
    "rslora": CategoricalDistribution([True, False]),
}
STATES = {0: TrialState.RUNNING, 1: TrialState.COMPLETE, 2: TrialState.PRUNED, 3: TrialState.FAIL}


def load(path):
    return optuna.load_study(study_name="rank-dropout-lr", storage=JournalStorage(JournalFileBackend(str(path))))


def local(text):
    utc = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ" if "." in text else "%Y-%m-%dT%H:%M:%SZ")
    return utc + timedelta(hours=9)


def compare(ours, study):
    assert study.user_attrs == ours["attributes"], study.user_attrs
    assert study.metric_names == ["val.f1_macro"]
    assert study.direction == (StudyDirection.MAXIMIZE if ours["maximise"] else StudyDirection.MINIMIZE)
    assert len(study.trials) == len(ours["trials"]) == 5
    for number, (mine, theirs) in enumerate(zip(ours["trials"], study.trials)):
        assert theirs.number == number
        assert theirs.params == mine["params"], (theirs.params, mine["params"])
        assert [type(v) for v in theirs.params.values()] == [type(mine["params"][k]) for k in theirs.params]
        assert theirs.distributions == DISTRIBUTIONS
        assert theirs.state == STATES[mine["state"]]
        assert theirs.intermediate_values == dict(mine["reports"])
        assert theirs.values == (None if mine["value"] is None else [mine["value"]])
        assert theirs.user_attrs == mine["attributes"], theirs.user_attrs
        assert theirs.datetime_start == local(mine["datetime_start"])
        assert theirs.datetime_complete == (local(mine["datetime_complete"]) if mine["datetime_complete"] else None)
    complete = [n for n, trial in enumerate(ours["trials"]) if trial["state"] == 1]
    best = (max if ours["maximise"] else min)(complete, key=lambda n: ours["trials"][n]["value"])
    assert study.best_trial.number == best


def main(tool):
    run = lambda *arguments: subprocess.run([tool, *map(str, arguments)], check=True, capture_output=True, text=True).stdout
    folder = tempfile.TemporaryDirectory()
    for direction in ["max", "min"]:
        path = Path(folder.name) / f"{direction}.log"
        run("write", path, direction)
        ours = json.loads(run("dump", path))
        compare(ours, load(path))
        for name, text in ours["distributions"].items():
            assert json.loads(text) == json.loads(distribution_to_json(DISTRIBUTIONS[name])), text

    # Python reads "Z" in a time only from 3.11 on, and Optuna runs on older ones.
    times = re.findall(r'"datetime_\w+":"([^"]*)"', path.read_text())
    assert len(times) == 8 and all(text.endswith("+00:00") for text in times), times

    # Somebody annotates the study and a running trial while the sweep goes on.
    study = load(path)
    study.set_user_attr("note", float("nan"))
    study._storage.set_study_system_attr(study._study_id, "dashboard:note_ver:0", "ok \U0001f642")
    study._storage.set_trial_user_attr(study.trials[4]._trial_id, "agsweep:paused", True)
    study._storage.set_trial_system_attr(study.trials[4]._trial_id, "dashboard:note", "promising")
    assert json.loads(run("dump", path)) == ours
    run("report", path, 4, 2, 0.5)
    assert json.loads(run("dump", path))["trials"][4]["reports"] == [[1, -0.0], [2, 0.5]]
    after = load(path)
    assert after.trials[4].intermediate_values == {1: 0.0, 2: 0.5}
    assert after.trials[4].system_attrs == {"dashboard:note": "promising"}

    # A study of Optuna's own is not ours to go on with.
    foreign = Path(folder.name) / "foreign.log"
    optuna.create_study(study_name="rank-dropout-lr", storage=JournalStorage(JournalFileBackend(str(foreign))))
    refused = subprocess.run([tool, "dump", str(foreign)], capture_output=True, text=True)
    assert refused.returncode != 0 and "another program has made this journal" in refused.stderr, refused.stderr


main(sys.argv[1])
