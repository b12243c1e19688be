"""agsweep sweep: what a finished sweep holds, read by Optuna too, and what it refuses.

usage: sweep_test.py AGSWEEP TOKENIZER_DIR
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import main, wait_until  # noqa: E402
from sweep_program import ASHA, SIMPLE, SweepTest  # noqa: E402


class FinishedSweep(SweepTest):
    def check_agreement(self, sweep):
        """The journal as Optuna reads it, results.csv and each result.json tell the same."""
        study = self.study(sweep)
        rows = self.results(sweep)
        self.assertEqual([int(row["trial"]) for row in rows], [trial.number for trial in study.trials])
        for row, trial in zip(rows, study.trials):
            self.assertEqual(row["state"], {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}[trial.state.name])
            result = json.loads((sweep / "trials" / f"{trial.number:04}" / "result.json").read_text())
            self.assertEqual(result["epochs_completed"], len(trial.intermediate_values))
            self.assertEqual(int(row["epochs"]), len(trial.intermediate_values))
            self.assertEqual(float(row["value"]), trial.value)
            self.assertEqual(trial.value, max(trial.intermediate_values.values()))
            self.assertAlmostEqual(result["best"]["val"]["accuracy"], trial.value, delta=1e-12)
            self.assertEqual(result["best"]["epoch"], int(row["best_epoch"]))
            self.assertEqual(result["config_hash"], row["config_hash"])
            self.assertEqual(result["status"], "done" if row["state"] == "complete" else "interrupted")
            self.assertIsNone(result["test"])
            self.assertFalse((sweep / "trials" / f"{trial.number:04}" / "checkpoints").exists())
            for name, value in trial.params.items():
                self.assertAlmostEqual(float(row[name]), value, delta=1e-12)
        complete = [trial for trial in study.trials if trial.state.name == "COMPLETE"]
        self.assertEqual(study.best_trial.number, max(complete, key=lambda trial: (trial.value, -trial.number)).number)
        return study

    def test_asha_in_two_groups(self):
        sweep = self.sweep(ranks=2)
        study = self.check_agreement(sweep)
        self.assertIn("<h1>", (sweep / "report.html").read_text())
        self.assertEqual(len(study.trials), 9)
        epochs = sorted(len(trial.intermediate_values) for trial in study.trials)
        self.assertEqual(set(epochs), {1, 2, 4})
        self.assertGreaterEqual(epochs.count(1), 4)

    def test_groups_of_two_ranks(self):
        sweep = self.sweep("sweep", SIMPLE, "--ranks-per-trial", 2, ranks=4)
        self.check_agreement(sweep)
        self.assertEqual(json.loads((sweep / "trials/0000/result.json").read_text())["ranks"], 2)

    def test_alone_without_mpirun(self):
        self.check_agreement(self.sweep("sweep", SIMPLE, ranks=1))

    def test_two_trials_at_once_in_a_rank_have_the_bits_that_they_have_alone(self):
        alone = self.sweep("alone", SIMPLE, "--threads", 1, ranks=1)
        both = self.sweep("both", SIMPLE, "--trials-per-rank", 2, ranks=1)
        self.check_agreement(both)
        self.assertEqual(self.outcome(alone), self.outcome(both))

    def test_only_the_best_keep_their_weights(self):
        sweep = self.sweep("sweep", SIMPLE)
        kept = {int(path.parent.name) for path in (sweep / "trials").glob("*/model.safetensors")}
        order = sorted(self.study(sweep).trials, key=lambda trial: (-trial.value, trial.number))
        self.assertEqual(kept, {trial.number for trial in order[:3]})

    def test_a_failed_trial_is_recorded_and_the_sweep_goes_on(self):
        spec = SIMPLE.replace("heads = 2\n", "").replace("[space]", "[space]\nheads = { values = [2, 3] }").replace("sobol", "random")
        sweep = self.sweep("sweep", spec, code=3)
        trials = self.study(sweep).trials
        failed = [trial for trial in trials if trial.params["heads"] == 3]
        self.assertTrue(failed and len(failed) < len(trials))
        for trial in trials:
            self.assertEqual(trial.state.name, "FAIL" if trial in failed else "COMPLETE")
        for trial in failed:
            self.assertIn("heads: 3 does not divide --d-model 8", trial.user_attrs["agsweep:error"])
            self.assertIn("heads: 3", self.results(sweep)[trial.number]["error"])
        self.resume(sweep, code=3)
        self.assertEqual(len(self.study(sweep).trials), 4, "what failed would fail again")
        self.resume(sweep, "--retry-failed", code=3)
        self.assertEqual(len(self.study(sweep).trials), 4 + len(failed))

    def test_dry_run_trains_nothing(self):
        result = self.program.run(*self.command("sweep", ASHA, "--dry-run")).check()
        for text in ("lr", "dropout", "epochs of all trials", "tokens", "one step here", "disk at most"):
            self.assertIn(text, result.stdout)
        self.assertFalse((self.folder / "sweep").exists())

    def test_extended_by_trials(self):
        sweep = self.sweep("sweep", SIMPLE)
        before = self.outcome(sweep)[0]
        (self.folder / "sweep.toml").write_text(SIMPLE.replace("trials = 4", "trials = 6"))
        self.resume(sweep, "--spec", self.folder / "sweep.toml")
        self.assertEqual(self.outcome(sweep)[0][:4], before)
        self.assertEqual(len(self.check_agreement(sweep).trials), 6)


class Refusals(SweepTest):
    def refuse(self, code, says, spec, *options, **how):
        command = self.command("sweep", spec, *options)
        self.refused(code, says, *command, **how)

    def test_bad_specs_name_file_line_and_column(self):
        path = str(self.folder / "sweep.toml")
        for change, says in ((("sampler =", "smapler ="), ["smapler", "sampler"]), (("trials = 4", "trials = 'four'"), ["trials"]),
                             (("log = [1e-4", "log = [0"), ["lr"]), (("values = [0.0, 0.1, 0.3]", "values = []"), ["dropout"]),
                             (("layers = 1", "lora_rank = 4"), ["lora_rank", "scratch"]),
                             (("metric = \"val.accuracy\"", "metric = \"test.accuracy\""), ["metric"])):
            with self.subTest(change[1]):
                self.assertIn(change[0], SIMPLE)
                self.refuse(2, [path, *says], SIMPLE.replace(*change))

    def test_ranks_that_cannot_be_shared_out(self):
        self.refuse(2, ["--ranks-per-trial", "3 ranks", "groups of 2"], SIMPLE, "--ranks-per-trial", 2, ranks=3)

    def test_another_spec_shows_the_difference(self):
        sweep = self.sweep("sweep", SIMPLE)
        (self.folder / "sweep.toml").write_text(SIMPLE.replace("epochs = 2", "epochs = 3"))
        result = self.resume(sweep, "--spec", self.folder / "sweep.toml", code=2)
        for text in ("epochs", "2", "3"):
            self.assertIn(text, result.stderr)

    def test_a_folder_with_a_sweep_wants_resume(self):
        self.sweep("sweep", SIMPLE)
        result = self.program.run(*self.command("sweep", SIMPLE)).check(2)
        self.assertIn("--resume", result.stderr)

    def test_a_second_sweep_on_one_folder_ends_at_once(self):
        job = self.program.start(*self.command("sweep", ASHA))
        wait_until((self.folder / "sweep" / "sweep.lock").exists, job)
        result = self.program.run(*self.command("sweep", ASHA)).check(1)
        self.assertIn(str(job.pid), result.stderr)
        self.program.finish(job, timeout=120).check()


if __name__ == "__main__":
    main()
