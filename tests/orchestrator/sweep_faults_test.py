"""What a sweep does when files cannot be written, vanish, come from a copy, or are another program's too.

usage: sweep_faults_test.py AGSWEEP TOKENIZER_DIR
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import main, wait_for_lines  # noqa: E402
from faults_test import ranks_of  # noqa: E402
from sweep_program import ASHA, SIMPLE, SweepTest  # noqa: E402

DATA = 4
ALL_KEPT = SIMPLE.replace("trials = 4", 'trials = 4\nkeep = "all"')


class SweepFaults(SweepTest):
    def begin(self, spec, *options, ranks=1):
        self.out = self.folder / "sweep"
        return self.program.start(*self.command("sweep", spec, *options), ranks=ranks)

    def stopped(self, spec, lines, *options, ranks=1):
        """A sweep that was stopped by a signal with this many lines in its journal."""
        job = self.begin(spec, *options, ranks=ranks)
        wait_for_lines(self.out / "journal.log", lines, job)
        os.kill(job.pid, signal.SIGUSR2)
        self.program.finish(job).check(85)


class FailedTrials(SweepFaults):
    def test_leave_a_deterministic_sweep_of_several_groups_going(self):
        spec = ASHA.replace("heads = 2\n", "", 1).replace("[space]", "[space]\nheads = { values = [2, 3] }")  # 3 does not divide d_model
        for number in range(3):
            rows = self.results(self.sweep(f"sweep{number}", spec, "--deterministic", code=3))
            self.assertEqual(len(rows), 9)
            self.assertEqual({row["state"] for row in rows if row["heads"] == "3"}, {"failed"})
            self.assertNotIn("failed", {row["state"] for row in rows if row["heads"] == "2"})

    def test_that_are_run_again_with_success_are_no_failure_any_more(self):
        (self.folder / "sweep/trials").mkdir(parents=True)
        (self.folder / "sweep/trials/0001").write_text("in the way")
        sweep = self.sweep("sweep", SIMPLE, ranks=1, code=3)
        self.resume(sweep, "--retry-failed", ranks=1, code=0)
        self.resume(sweep, "--retry-failed", ranks=1, code=0)
        self.resume(sweep, ranks=1, code=0)
        self.assertEqual([row["state"] for row in self.results(sweep)], ["complete", "failed", "complete", "complete", "complete"])


class LastFiles(SweepFaults):
    """Of a trial whose every epoch is in the journal."""

    def check(self, name):
        blocked = self.folder / "sweep/trials/0002" / name
        blocked.mkdir(parents=True)
        (blocked / "in the way").touch()
        sweep = self.sweep("sweep", ALL_KEPT, ranks=1, code=3)
        row = self.results(sweep)[2]
        self.assertEqual(row["state"], "complete")
        self.assertIn(f"0002/{name}", row["error"])
        self.assertTrue(list((sweep / "trials/0002/checkpoints").iterdir()))
        shutil.rmtree(blocked)
        self.resume(sweep, ranks=1)
        self.assertEqual(self.results(sweep)[2]["error"], "")
        self.assertFalse((sweep / "trials/0002/checkpoints").exists())
        self.assertEqual(self.outcome(sweep), self.outcome(self.sweep("whole", ALL_KEPT, ranks=1)))

    def test_weights_that_cannot_be_written_are_told_of_and_written_on_resume(self):
        self.check("model.safetensors")

    def test_a_result_that_cannot_be_written_is_told_of_and_written_on_resume(self):
        self.check("result.json")


class FullDisk(SweepFaults):
    def test_stops_the_sweep_with_the_cause_and_fails_no_trial(self):
        log = self.folder / "sweep/trials/0001/log.txt"
        log.parent.mkdir(parents=True)
        log.symlink_to("/dev/full")
        result = self.program.run(*self.command("sweep", SIMPLE), ranks=2, timeout=60).check(1)
        self.assertRegex(result.stderr, r"error: trial 1: .*0001/log\.txt: .*No space left on device\ngo on with:\n.*--resume")
        log.unlink()
        self.resume(self.folder / "sweep")
        self.assertEqual({row["state"] for row in self.results(self.folder / "sweep")}, {"complete"})


class OlderJournal(SweepFaults):
    def test_of_a_copy_is_brought_up_to_its_checkpoints(self):
        whole = self.sweep("whole", ASHA, "--deterministic")
        self.stopped(ASHA, 40, "--deterministic", ranks=2)
        journal = self.out / "journal.log"
        lines = journal.read_bytes().splitlines(keepends=True)
        first_report = next(i for i, line in enumerate(lines) if b"intermediate_value" in line)
        for kept in (first_report, 9):
            with self.subTest(lines=kept):
                copy = self.folder / f"copy{kept}"
                shutil.copytree(self.out, copy)
                (copy / "journal.log").write_bytes(b"".join(lines[:kept]))
                self.resume(copy, "--deterministic")
                self.assertEqual(self.outcome(copy), self.outcome(whole))

    def test_that_is_lost_is_told_of(self):
        sweep = self.sweep("sweep", SIMPLE)
        before = self.outcome(sweep)
        journal = sweep / "journal.log"
        for lose in (journal.unlink, lambda: journal.write_bytes(b"")):
            lose()
            self.assertIn("journal.log: missing or empty, though trials have begun", self.resume(sweep, code=DATA).stderr)
        self.resume(sweep, "--repair")
        self.assertEqual(self.outcome(sweep), before)

    def test_never_takes_another_trials_run_for_its_own(self):
        sweep = self.sweep("sweep", ASHA, ranks=1)
        journal = sweep / "journal.log"
        lines = journal.read_bytes().splitlines(keepends=True)
        journal.write_bytes(b"".join(lines[:8]))  # before its trials began
        shutil.rmtree(sweep / "trials/0000")
        (sweep / "trials/0001").rename(sweep / "trials/0000")
        self.resume(sweep, ranks=1)
        self.assertTrue((sweep / "trials/0000.before-1/config.toml").exists())
        for row in self.results(sweep):
            config = (sweep / f"trials/{int(row['trial']):04}/config.toml").read_text()
            self.assertEqual(float(re.search(r"^lr = (.*)$", config, re.M)[1]), float(row["lr"]))


class SharedJournal(SweepFaults):
    def test_with_a_trial_that_optuna_enqueued_shows_each_value_beside_its_own_parameters(self):
        self.stopped(SIMPLE.replace("epochs = 2", "epochs = 30"), 14)
        self.study(self.out).enqueue_trial({"lr": 0.005, "dropout": 0.1})
        self.resume(self.out, ranks=1)
        trials = self.study(self.out).trials
        self.assertEqual(len(trials), 5)
        self.assertIn((0.005, 0.1), [(trial.params["lr"], trial.params["dropout"]) for trial in trials])
        for trial, row in zip(trials, self.results(self.out), strict=True):
            self.assertEqual(trial.state.name, "COMPLETE")
            self.assertEqual((trial.params["lr"], trial.value), (float(row["lr"]), float(row["value"])))


class MovedFolder(SweepFaults):
    def test_ends_the_sweep_saying_so(self):
        job = self.begin(SIMPLE.replace("epochs = 2", "epochs = 500"))
        wait_for_lines(self.out / "journal.log", 16, job)
        self.out.rename(self.folder / "moved")
        result = self.program.finish(job).check(1)
        self.assertRegex(result.stderr, "gone|No such file")
        self.assertNotIn("another process", result.stderr)


class Messages(SweepFaults):
    def test_ranks_with_different_folders_are_refused(self):
        spec = self.folder / "spec.toml"
        spec.write_text(SIMPLE)
        sweep = '"$0" sweep --spec "$1" --data "$2" --out "$3$OMPI_COMM_WORLD_RANK"'
        train = '"$0" train --data "$2" --out "$3$OMPI_COMM_WORLD_RANK" --epochs 1 --layers 1 --d-model 8 --heads 2'
        for script in (sweep, train):
            command = ["mpirun", "-n", "2", "bash", "-c", script, self.program.path, spec, self.data, self.folder / "out"]
            result = subprocess.run(list(map(str, command)), env=self.program.environment(None), capture_output=True, text=True, timeout=60)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("--out: the ranks were given different folders", result.stderr)
            self.assertFalse(list(self.folder.glob("out*")))

    def test_a_stopped_rank_of_a_sweep_is_named_with_what_its_trials_go_on_from(self):
        job = self.begin(SIMPLE.replace("epochs = 2", "epochs = 500"), "--timeout", 4, ranks=2)
        wait_for_lines(self.out / "journal.log", 24, job)
        os.kill(ranks_of(job)[1], signal.SIGSTOP)
        result = self.program.finish(job).check(1)
        self.assertRegex(result.stderr, r"error: rank 1 .* in the sweep's trials; each trial goes on from its own last checkpoint")

    def test_a_trial_whose_weights_were_not_kept_says_so(self):
        sweep = self.sweep("sweep", SIMPLE.replace("trials = 4", "trials = 4\nkeep = 1"), ranks=1)
        without = next(path for path in sorted((sweep / "trials").iterdir()) if not (path / "model.safetensors").exists())
        self.refused(4, ["were not kept", "keep"], "evaluate", without, "--data", self.data)

    def test_a_damaged_journal_is_named_with_its_folder(self):
        sweep = self.sweep("sweep", SIMPLE, ranks=1)
        journal = sweep / "journal.log"
        journal.write_text(journal.read_text().replace('"step":1', '"step":2', 1))
        result = self.program.run("sweep", "--data", self.data, "--out", sweep, "--resume").check(4)
        self.assertIn(f"error: {journal}", result.stderr)


if __name__ == "__main__":
    main()
