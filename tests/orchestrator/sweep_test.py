"""agsweep sweep: what a finished sweep holds, read by Optuna too; kills, signals and resumes; what it refuses.

usage: sweep_test.py AGSWEEP TOKENIZER_DIR
"""

import csv
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, main  # noqa: E402
from faults_test import ranks_of  # noqa: E402

import optuna  # noqa: E402
from optuna.storages.journal import JournalFileBackend  # noqa: E402

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
d_model = 32
heads = 2
ffn = 64
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
            self.assertIn("heads: 3 does not divide --d-model 32", trial.user_attrs["agsweep:error"])
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


class Interrupted(SweepTest):
    @classmethod
    def setUpClass(cls):
        cls.random = random.Random(11)
        cls.whole = cls.data.parent / "whole"
        if cls.whole.exists():
            return
        spec = cls.data.parent / "whole.toml"
        spec.write_text(ASHA)
        cls.program.run("sweep", "--spec", spec, "--data", cls.data, "--out", cls.whole, "--deterministic", ranks=2, timeout=120).check()

    def begin(self, ranks=2):
        self.out = self.folder / "sweep"
        return self.program.start(*self.command("sweep", ASHA, "--deterministic"), ranks=ranks)

    def wait_for_lines(self, job, lines):
        journal = self.out / "journal.log"
        while not journal.exists() or journal.read_bytes().count(b"\n") < lines:
            self.assertIsNone(job.poll(), "the job ended too early")
            time.sleep(0.001)

    def test_killed_at_random_moments_it_ends_as_if_never_killed(self):
        total = (self.whole / "journal.log").read_bytes().count(b"\n")
        for lines in sorted(self.random.sample(range(8, total - 8), 5)):
            with self.subTest(lines=lines):
                job = self.begin()
                self.wait_for_lines(job, lines)
                if self.random.random() < 0.3:
                    os.kill(job.pid, signal.SIGKILL)
                    for pid in ranks_of(job).values():
                        os.kill(pid, signal.SIGKILL)
                else:
                    os.kill(self.random.choice(list(ranks_of(job).values())), signal.SIGKILL)
                self.program.finish(job)
                self.resume(self.out, "--deterministic")
                self.assertEqual(self.outcome(self.out), self.outcome(self.whole))
                shutil.rmtree(self.out)

    def test_a_signal_checkpoints_every_trial(self):
        for how in (signal.SIGUSR2, signal.SIGTERM):
            with self.subTest(how.name):
                job = self.begin(1 if how == signal.SIGTERM else 2)
                self.wait_for_lines(job, 30)
                os.kill(job.pid, how)
                self.assertIn("--resume", self.program.finish(job).check(85).stderr)
                self.assertFalse((self.out / "sweep.lock").exists())
                self.resume(self.out, "--deterministic", ranks=1 if how == signal.SIGTERM else 2)
                if how == signal.SIGUSR2:
                    self.assertEqual(self.outcome(self.out), self.outcome(self.whole))
                shutil.rmtree(self.out)

    def test_the_same_on_other_ranks(self):
        job = self.begin()
        self.wait_for_lines(job, 40)
        os.kill(job.pid, signal.SIGUSR2)
        self.program.finish(job).check(85)
        self.resume(self.out, "--deterministic", ranks=1)
        self.assertEqual(self.outcome(self.out), self.outcome(self.whole))


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
        while not (self.folder / "sweep" / "sweep.lock").exists():
            self.assertIsNone(job.poll())
        result = self.program.run(*self.command("sweep", ASHA)).check(1)
        self.assertIn(str(job.pid), result.stderr)
        self.program.finish(job, timeout=120).check()


if __name__ == "__main__":
    main()
