"""agsweep confirm and compare: from a sweep to a test figure, and which of two is better. Arguments: AGSWEEP TOKENIZER_DIR."""

import csv
import json
import os
import pathlib
import shutil
import sys

import numpy
import scipy.stats
import sklearn.metrics

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import contents, main, reseal, wait_until  # noqa: E402
from sweep_program import ASHA, SIMPLE, SweepTest  # noqa: E402

USAGE, DATA, CHECKPOINTED = 2, 4, 85


class ConfirmTest(SweepTest):
    def confirm(self, sweep, name="confirmed", *options, ranks=2, code=0):
        out = self.folder / name
        result = self.program.run("confirm", sweep, "--data", self.data, "--out", out, *options, ranks=ranks, timeout=120).check(code)
        self.assertEqual(result.stdout == "", code != 0)
        return out, result

    def predictions(self, trial):
        with open(trial / "predictions_test.csv", newline="") as file:
            rows = [(int(row["label"]), int(row["predicted"])) for row in csv.DictReader(file)]
        return numpy.array(rows).T


class Confirm(ConfirmTest):
    def test_trains_the_best_anew_and_tests_the_chosen_one_alone(self):
        sweep = self.sweep()
        out, result = self.confirm(sweep, "confirmed", "--top", 2, "--seeds", "101..103")
        confirmed = json.loads((out / "confirm.json").read_text())
        self.assertIn("synthetic corpus", result.stdout)
        self.assertIn("tuned over 9 trials", result.stdout)

        best = sorted((row for row in self.results(sweep) if row["state"] == "complete"), key=lambda row: -float(row["value"]))[:2]
        rows = self.results(out)
        self.assertEqual(len(rows), 2 * 3)
        self.assertEqual({(row["lr"], row["dropout"]) for row in rows}, {(row["lr"], row["dropout"]) for row in best})
        self.assertEqual({row["epochs"] for row in rows}, {"4"}, "at full length")
        self.assertEqual(confirmed["tuning"]["epochs"], sum(int(row["epochs"]) for row in self.results(sweep)))

        means = {}
        for row in rows:
            means.setdefault((row["lr"], row["dropout"]), []).append(float(row["value"]))
        chosen = max(means, key=lambda key: numpy.mean(means[key]))
        tested = {path.parent.name for path in (out / "trials").glob("*/test.json")}
        self.assertEqual(tested, {f"{int(row['trial']):04}" for row in rows if (row["lr"], row["dropout"]) == chosen})
        self.assertEqual(tested, {path.parent.name for path in (out / "trials").glob("*/predictions_test.csv")})
        for run in confirmed["test"]["runs"]:
            labels, predicted = self.predictions(out / "trials" / f"{run['trial']:04}")
            self.assertAlmostEqual(run["metrics"]["accuracy"], sklearn.metrics.accuracy_score(labels, predicted), delta=1e-12)
        accuracy = [run["metrics"]["accuracy"] for run in confirmed["test"]["runs"]]
        half = confirmed["test"]["mean"]["accuracy"]["half_width"]
        self.assertAlmostEqual(half, scipy.stats.t.interval(0.95, 2, 0, scipy.stats.sem(accuracy))[1], delta=1e-9)
        self.assertEqual(list((sweep / "trials").glob("*/test.json")), [], "the search never reads the test split")

        before = contents(out)
        self.confirm(sweep, "confirmed", "--top", 2, "--seeds", "101..103", "--resume")
        changed = {name for name, digest in contents(out).items() if before.get(name) != digest}
        self.assertLessEqual(changed, {"sweep.lock", "results.csv", "report.html", "journal.log"}, "nothing was trained or tested again")

        # As where more seeds have made another configuration the best.
        other = next(row for row in rows if (row["lr"], row["dropout"]) != chosen)["trial"]
        shutil.copy(out / "trials" / min(tested) / "test.json", out / "trials" / f"{int(other):04}")
        again = self.confirm(sweep, "confirmed", "--top", 2, "--seeds", "101..103", "--resume")[1]
        self.assertIn(f"The test split was read before for another configuration, too, which was the best of fewer seeds (trials {other})", again.stdout)
        self.assertEqual(json.loads((out / "confirm.json").read_text())["test"]["also_tested"], [int(other)])

    def test_goes_on_after_a_signal(self):
        sweep = self.sweep("sweep", SIMPLE)
        out = self.folder / "confirmed"
        command = ["confirm", sweep, "--data", self.data, "--out", out, "--top", 2, "--seeds", "1..4", "--threads", 1]
        job = self.program.start(*command)
        wait_until(lambda: list(out.glob("trials/0001/epochs.csv")), job)
        job.terminate()
        stopped = self.program.finish(job)
        if stopped.code != 0:  # it may have been faster than the signal
            self.assertIn("confirm", stopped.check(CHECKPOINTED).stderr)
            self.assertFalse((out / "confirm.json").exists())
        self.program.run(*command, "--resume", timeout=120).check()
        self.assertEqual(len(json.loads((out / "confirm.json").read_text())["test"]["runs"]), 4)

    def test_dry_run_trains_nothing(self):
        sweep = self.sweep("sweep", SIMPLE)
        result = self.program.run("confirm", sweep, "--data", self.data, "--out", self.folder / "new", "--dry-run").check()
        self.assertIn("time on this rank alone", result.stdout)
        self.assertFalse((self.folder / "new").exists())

    def test_refuses_what_would_not_be_fair(self):
        sweep = self.sweep("sweep", SIMPLE)
        data = ["--data", self.data]
        self.refused(USAGE, ["--seeds", "42", "chose by"], "confirm", sweep, *data, "--out", self.folder / "new", "--seeds", "41..44")
        self.refused(USAGE, ["--seeds", "1,,2"], "confirm", sweep, *data, "--out", self.folder / "new", "--seeds", "1,,2")
        self.program.prepare(self.folder / "other.h5", "--seed", 7)
        self.refused(USAGE, ["--data", "not the corpus that"], "confirm", sweep, "--data", self.folder / "other.h5", "--out", self.folder / "new")
        self.refused(DATA, "nothing", "confirm", self.folder / "nothing", *data, "--out", self.folder / "new")
        self.refused(USAGE, ["--lr"], "confirm", sweep, *data, "--out", self.folder / "new", "--lr", 1)
        part = self.folder / "array" / "part-1"
        self.program.run("sweep", "--spec", self.folder / "sweep.toml", *data, "--out", part, "--part", "1/2").check()
        self.refused(DATA, "has not ended", "confirm", self.folder / "array", *data, "--out", self.folder / "new")
        told = self.program.run("confirm", part, *data, "--out", self.folder / "new", "--top", 2, "--dry-run").check().stdout
        self.assertRegex(told, r"\ntrials +20\n", "2 configurations under 10 seeds")


class Compare(ConfirmTest):
    def test_of_two_says_which_is_better_and_what_tuning_they_had(self):
        learning = SIMPLE.replace("epochs = 2", "epochs = 10").replace("batch_size = 60", "batch_size = 20")
        good = self.confirm(self.sweep("good", learning.replace("1e-4, 3e-2", "5e-3, 2e-2")), "a", "--top", 1, "--seeds", "1..6")[0]
        poor = self.confirm(self.sweep("poor", learning.replace("1e-4, 3e-2", "1e-6, 2e-6")), "b", "--top", 1, "--seeds", "1..6")[0]
        result = self.program.run("compare", good, poor).check()
        for text in (f"verdict: {good} is better", "McNemar p", f"{good}: tuned over 4 trials, 40 epochs", "test rows"):
            self.assertIn(text, result.stdout)
        odd = pathlib.Path(os.fsdecode(os.fsencode(self.folder) + b"/\xff"))  # a path that is no UTF-8
        odd.symlink_to(poor)
        answer = json.loads(self.program.run("compare", good, odd, "--json").check().stdout)
        self.assertEqual(answer["verdict"], "supported")
        self.assertEqual(answer["sign_flip_p"], 2 / 2**6)
        for seed, run in zip(answer["seeds"], json.loads((good / "confirm.json").read_text())["test"]["runs"]):
            labels, predicted = self.predictions(good / "trials" / f"{run['trial']:04}")
            self.assertAlmostEqual(seed["first"], sklearn.metrics.f1_score(labels, predicted, average="macro"), delta=1e-12)

        path = poor / "confirm.json"
        path.write_text(path.read_text().replace('"epochs": 40,', '"epochs": 31,'))
        self.assertIn("confirm.json: its content is not what its seal says", self.program.run("compare", good, poor).check(DATA).stderr)
        reseal(path)
        self.assertIn("verdict: undecided: unequal tuning", self.program.run("compare", good, poor).check().stdout)

    def test_of_what_is_no_tested_model_is_refused(self):
        sweep = self.sweep("sweep", SIMPLE)
        self.refused(DATA, [str(sweep), "no seed was trained and tested in both"], "compare", sweep, sweep)
        self.refused(DATA, str(self.folder / "none"), "compare", self.folder / "none", sweep)
        self.refused(USAGE, "B is missing", "compare", sweep)


if __name__ == "__main__":
    main()
