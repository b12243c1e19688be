"""What a running sweep is asked for: configurations, the end of a trial, its own end, a time budget. Arguments: AGSWEEP TOKENIZER_DIR.

AGSWEEP_KILLS in the environment: at how many random moments the sweep is killed, instead of 1.
"""

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
from agsweep_program import kill, main, wait_for_lines, wait_until  # noqa: E402
from faults_test import ranks_of  # noqa: E402
from optuna.trial import TrialState  # noqa: E402
from sweep_program import SIMPLE, SweepTest  # noqa: E402

USAGE, CHECKPOINTED = 2, 85
LONG = SIMPLE.replace("epochs = 2", "epochs = 100000\npatience = 0\ntensorboard = false")  # until it is stopped
SPEC = SIMPLE.replace("epochs = 2", "epochs = 8")


class Steering(SweepTest):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "sweep"

    def begin(self, spec, *options, ranks=1):
        job = self.program.start(*self.command("sweep", spec, *options), ranks=ranks)
        self.addCleanup(kill, job)
        return job

    def ask(self, command, *args):
        return self.program.run(command, self.out, *args).check().stdout

    def status(self):
        return json.loads(self.program.run("status", self.out, "--json").check().stdout)

    def wait_for_epochs(self, job, trial, epochs=2):
        wait_for_lines(self.out / "trials" / f"{trial:04}" / "epochs.csv", 1 + epochs, job)

    def wait_for_end(self, job, trial):
        """Of the trial for Optuna, while the sweep runs."""
        study = self.study(self.out)  # reads what is new
        wait_until(lambda: study.trials[trial].state.is_finished(), job)

    def mail(self):
        return sorted(path.name for path in (self.out / "mail").glob("*"))

    def test_a_trial_is_stopped_and_others_take_its_place(self):
        job = self.begin(LONG)
        for trial in range(3):
            self.wait_for_epochs(job, trial)
            self.assertIn(f"process {job.pid}", self.ask("stop", "--trial", trial))
            self.wait_for_end(job, trial)
        stopped = self.study(self.out).trials[1]
        self.assertEqual((stopped.state, stopped.user_attrs["agsweep:stopped"]), (TrialState.PRUNED, True))
        self.assertEqual(stopped.value, max(stopped.intermediate_values.values()))
        self.wait_for_epochs(job, 3)
        self.assertFalse(list((self.out / "trials" / "0000").glob("checkpoints/*")))
        self.assertIn("has ended already", self.program.run("stop", self.out, "--trial", 0).check(USAGE).stderr)
        self.ask("stop", "--trial", 3)
        result = self.program.finish(job).check()
        self.assertIn("trial 3", result.stderr)
        self.assertEqual([row["state"] for row in self.results(self.out)], ["pruned"] * 4)
        self.assertEqual(self.mail(), [])

    def test_what_is_enqueued_is_tried_before_the_samplers_next(self):
        job = self.begin(LONG)
        self.wait_for_epochs(job, 0)
        self.ask("enqueue", "lr=0.0123", "dropout=0.3")
        wait_until(lambda: self.status()["waiting"] == 1, job)
        self.study(self.out).enqueue_trial({"lr": 0.00456, "dropout": 0.1}, user_attrs={"by": "hand"})
        self.study(self.out).enqueue_trial({"lr": -1.0, "dropout": 0.1})
        self.study(self.out).enqueue_trial({"lr": 5.0, "dropout": 0.1})
        for trial in range(3):
            self.wait_for_epochs(job, trial)
            self.ask("stop", "--trial", trial)
        self.wait_for_epochs(job, 3)
        self.ask("stop")
        self.program.finish(job).check(CHECKPOINTED)
        self.assertEqual([(row["lr"], row["dropout"]) for row in self.results(self.out)[1:3]], [("0.0123", "0.3"), ("0.00456", "0.1")])
        trials = self.study(self.out).trials
        self.assertEqual([trial.state.name for trial in trials], ["PRUNED"] * 3 + ["FAIL", "FAIL", "RUNNING"])
        self.assertEqual(trials[2].params, {"lr": 0.00456, "dropout": 0.1})
        self.assertEqual(trials[2].user_attrs["by"], "hand")
        self.assertIn("lr: -1.0 is no positive number", trials[3].user_attrs["agsweep:error"])
        self.assertIn("lr: 5 is out of range (0, 1]", trials[4].user_attrs["agsweep:error"])
        self.assertEqual(trials[5].user_attrs["agsweep:run"], {"configuration": 1, "seed": 42})
        status = self.status()
        self.assertEqual((status["planned"], status["waiting"], status["unread_mail"]), (6, 0, 0))

    def test_a_sweep_that_is_asked_to_stop_goes_on_to_the_same_end(self):
        whole = self.sweep("whole", SPEC)
        job = self.begin(SPEC)
        self.wait_for_epochs(job, 0, 1)
        self.assertIn(f"asked process {job.pid}", self.ask("stop"))
        result = self.program.finish(job)
        if result.code == CHECKPOINTED:  # on a fast machine it ended first
            self.assertIn("as agsweep stop asked for", result.stderr)
            self.assertTrue((self.out / "stopped").exists())
            self.resume(self.out, ranks=1)
        self.assertFalse((self.out / "stopped").exists())
        self.assertEqual(self.outcome(self.out), self.outcome(whole))
        self.refused(1, "nobody works on it", "stop", self.out)

    def test_a_stop_means_the_process_that_worked_when_it_was_sent(self):
        self.sweep("sweep", SPEC, ranks=1)
        (self.out / "mail").mkdir()
        (self.out / "mail" / "1.json").write_text('{"request": "stop", "lock": "0123"}')
        more = SPEC.replace("trials = 4", "trials = 5")
        result = self.program.run(*self.command("sweep", more, "--resume")).check()
        self.assertIn("asks an earlier process to stop", result.stderr)
        self.assertEqual(self.mail(), [])

    def test_a_switch_is_asked_for_as_tables_show_it(self):
        self.sweep("sweep", SIMPLE.replace("dropout = { values = [0.0, 0.1, 0.3] }", "activation_checkpointing = { values = [true, false] }"))
        for word, value in (("true", "true"), ("off", "false")):
            self.assertIn(f'"activation_checkpointing":{value}', self.ask("enqueue", "lr=0.02", f"activation_checkpointing={word}"))

    def test_requests_to_a_sweep_that_nobody_works_on_wait_for_the_next(self):
        self.sweep("sweep", SPEC, ranks=1)
        self.assertIn("nobody works on it now", self.ask("enqueue", "lr=0.02", "dropout=0"))
        self.study(self.out).enqueue_trial({"lr": 0.001, "dropout": 0.3})
        self.assertEqual((self.status()["unread_mail"], self.status()["waiting"]), (1, 1))
        self.assertIn("1 not yet read", self.program.run("status", self.out).check().stdout)
        self.resume(self.out, ranks=1)
        self.assertEqual([row["lr"] for row in self.results(self.out)[4:]], ["0.001", "0.02"])
        self.assertEqual(len(self.study(self.out).get_trials(states=[TrialState.COMPLETE])), 6)
        for command in (["aggregate", self.out], ["report", self.out, "--out", self.folder / "r.html"]):
            self.program.run(*command).check()

    def test_a_time_budget_ends_in_good_order_and_resume_has_its_own(self):
        begun = time.monotonic()
        result = self.program.run(*self.command("sweep", LONG.replace("trials = 4", "trials = 4\nhours = 8"), "--time-budget", "3s")).check(
            CHECKPOINTED)
        self.assertGreater(time.monotonic() - begun, 3)
        self.assertIn("the time budget of 0:03 is used up", result.stderr)
        self.assertIn("--resume", result.stderr)
        self.assertIn("all trials", result.stdout)
        self.assertTrue((self.out / "report.html").exists())
        self.assertTrue(list((self.out / "trials" / "0000" / "checkpoints").glob("*")))
        self.assertIn("ended", self.program.run("status", self.out).check().stdout)
        before = self.results(self.out)[0]["epochs"]
        again = self.program.run("sweep", "--data", self.data, "--out", self.out, "--resume", "--time-budget", "2s").check(CHECKPOINTED)
        self.assertIn("the time budget of 0:02", again.stderr)
        self.assertGreater(int(self.results(self.out)[0]["epochs"]), int(before))
        job = self.program.start("sweep", "--data", self.data, "--out", self.out, "--resume", "--time-budget", "none")
        self.addCleanup(kill, job)
        wait_until(lambda: self.status()["time_budget_ends"] is None, job)
        self.ask("stop")
        self.program.finish(job).check(CHECKPOINTED)
        for bad in ("8", "0s", "5x", "-1h", "1m1h"):
            self.refused(USAGE, "is no duration", *self.command("other", SPEC, "--time-budget", bad))

    def test_what_makes_no_sense_is_refused_before_it_is_sent(self):
        self.sweep("sweep", SPEC, ranks=1)
        for says, *args in (("did you mean lr", "lrr=1"), ("expected KEY=VALUE", "lr"), ("given twice", "lr=0.01", "lr=0.01"),
                            ("dropout is missing", "lr=0.01"), ("out of range", "lr=7", "dropout=0"),
                            ("not among the values of [space]: 0, 0.1, 0.3", "lr=0.01", "dropout=0.2"), ("KEY=VALUE", )):
            self.refused(USAGE, says, "enqueue", self.out, *args)
        for says, trial in (("9 has not begun: 4 of 4 trials have", 9), ("no trial's number", "x"), ("ended already: complete", 1)):
            self.refused(USAGE, says, "stop", self.out, "--trial", trial)
        self.refused(4, "no such folder", "enqueue", self.folder / "none", "lr=1")

    def test_a_deterministic_sweep_refuses_what_its_decisions_would_depend_on(self):
        self.sweep("sweep", SPEC, "--deterministic", ranks=1)
        self.refused(USAGE, "does not go with --deterministic", "enqueue", self.out, "lr=0.01", "dropout=0")
        self.refused(USAGE, "does not go with --deterministic", "stop", self.out, "--trial", 0)
        self.study(self.out).enqueue_trial({"lr": 0.001, "dropout": 0.3})
        (self.out / "mail").mkdir()
        (self.out / "mail" / "1.json").write_text('{"request": "enqueue", "parameters": {"lr": 0.01, "dropout": 0.0}}')
        result = self.resume(self.out, "--deterministic", ranks=1)
        self.assertIn("trials that wait in the journal stay there", result.stderr)
        self.assertIn("set aside", result.stderr)
        self.assertEqual(len(self.results(self.out)), 4)
        self.assertEqual(self.mail(), ["1.json.refused"])

    def test_bad_mail_is_set_aside_and_ends_nothing(self):
        self.sweep("sweep", SPEC, ranks=1)
        box = self.out / "mail"
        box.mkdir()
        (box / "1.json").write_bytes(b"\xff\x00{")
        (box / "2.json").write_text('{"request": "enqueue", "parameters": {"lr": 0.0')
        (box / "3.json").write_text("[" * 60000)
        (box / "4.json").write_bytes(b" " * 10_000_000)
        (box / "5.json").symlink_to("/etc/hostname")
        os.mkfifo(box / "6.json")
        (box / "7.json").mkdir()
        (box / "8.json").write_text('{"request": "stop", "trial": 17}')
        (box / "9.json").write_text('{"request": "enqueue", "parameters": {"lr": 5, "dropout": 0.1}}')
        (box / "A.json").write_text('{"request": "enqueue", "parameters": {"lr": 0.01, "dropout": 0.1}}')
        result = self.resume(self.out, ranks=1)
        self.assertEqual(self.mail(), [f"{i}.json.refused" for i in range(1, 10)])
        self.assertEqual(result.stderr.count("set aside"), 9)
        self.assertEqual(len(self.results(self.out)), 5)

    def test_killed_at_random_moments_nothing_that_was_asked_is_lost_or_done_twice(self):
        chance = random.Random(17)
        for attempt in range(int(os.environ.get("AGSWEEP_KILLS", 1))):
            asked, stopped = [], set()
            job = self.begin(SPEC.replace("epochs = 8", "epochs = 40\npatience = 0"), ranks=2)
            wait_until(lambda: (self.out / "journal.log").exists() and b'"op_code":7' in (self.out / "journal.log").read_bytes(), job)
            for kills in range(3):
                for _ in range(chance.randrange(1, 4)):
                    lr = round(chance.uniform(1e-3, 9e-3), 6)
                    if chance.random() < 0.4:
                        self.ask("enqueue", f"lr={lr}", "dropout=0.1")
                        asked.append(lr)
                    elif chance.random() < 0.5:
                        self.study(self.out).enqueue_trial({"lr": lr, "dropout": 0.1})
                        asked.append(lr)
                    else:
                        trial = chance.randrange(4)
                        if self.program.run("stop", self.out, "--trial", trial).code == 0:
                            stopped.add(trial)
                time.sleep(chance.uniform(0, 2))
                if job.poll() is None:
                    for pid in [job.pid, *ranks_of(job).values()]:
                        os.kill(pid, signal.SIGKILL)
                self.program.finish(job)
                budget = ["--time-budget", f"{chance.uniform(1, 3):.1f}s"] if kills == 0 else []
                job = self.program.start("sweep", "--data", self.data, "--out", self.out, "--resume", *budget, ranks=2)
                self.addCleanup(kill, job)
            with self.subTest(attempt=attempt):
                self.program.finish(job, timeout=120)
                while self.program.run("sweep", "--data", self.data, "--out", self.out, "--resume", timeout=120).code == CHECKPOINTED:
                    pass
                trials = self.study(self.out).trials
                self.assertTrue(all(trial.state.is_finished() for trial in trials), trials)
                extra = [trial for trial in trials if trial.user_attrs["agsweep:run"]["configuration"] < 0]
                self.assertEqual(sorted(trial.params["lr"] for trial in extra), sorted(asked))
                self.assertEqual(len(trials) - len(extra), 4)
                self.assertEqual(self.mail(), [])
                rows = self.results(self.out)
                for number in stopped:
                    if rows[number]["state"] != "complete":
                        self.assertTrue(rows[number]["state"] == "pruned", rows[number])
                for row in rows:
                    if row["state"] == "complete":
                        path = self.out / "trials" / f"{int(row['trial']):04}" / "epochs.csv"
                        epochs = [line.split(",")[0] for line in path.read_text().splitlines() if ",val," in line]
                        self.assertEqual(epochs, [str(epoch) for epoch in range(1, 41)])
                shutil.rmtree(self.out)


if __name__ == "__main__":
    main()
