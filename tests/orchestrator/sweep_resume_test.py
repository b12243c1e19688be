"""Sweeps that are killed, stopped and taken over, and go on as if nothing had happened.

usage: sweep_resume_test.py AGSWEEP TOKENIZER_DIR
AGSWEEP_KILLS in the environment: at how many random moments a sweep is killed, instead of 5; AGSWEEP_SEED: which.
"""

import os
import pathlib
import random
import shutil
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import contents, cpu_seconds, main, wait_for_lines, wait_until  # noqa: E402
from faults_test import ranks_of  # noqa: E402
from sweep_program import ASHA, SIMPLE, SweepTest  # noqa: E402


class Interrupted(SweepTest):
    @classmethod
    def setUpClass(cls):
        cls.random = random.Random(int(os.environ.get("AGSWEEP_SEED", 11)))
        cls.whole = cls.data.parent / "whole"
        if cls.whole.exists():
            return
        spec = cls.data.parent / "whole.toml"
        spec.write_text(ASHA)
        cls.program.run("sweep", "--spec", spec, "--data", cls.data, "--out", cls.whole, "--deterministic", ranks=2, timeout=120).check()

    def begin(self, ranks=2):
        self.out = self.folder / "sweep"
        return self.program.start(*self.command("sweep", ASHA, "--deterministic"), ranks=ranks)

    def tear(self):
        """Cuts the journal's last line, as a machine that loses power while it appends."""
        journal = self.out / "journal.log"
        content = journal.read_bytes()
        last = len(content) - content.rindex(b"\n", 0, -1) - 1
        os.truncate(journal, len(content) - self.random.randrange(1, last))

    def test_killed_at_random_moments_it_ends_as_if_never_killed(self):
        total = (self.whole / "journal.log").read_bytes().count(b"\n")
        for lines in self.random.choices(range(8, total - 8), k=int(os.environ.get("AGSWEEP_KILLS", 5))):
            with self.subTest(lines=lines):
                job = self.begin()
                wait_for_lines(self.out / "journal.log", lines, job)
                if self.random.random() < 0.3:
                    os.kill(job.pid, signal.SIGKILL)
                    for pid in ranks_of(job).values():
                        os.kill(pid, signal.SIGKILL)
                else:
                    os.kill(self.random.choice(list(ranks_of(job).values())), signal.SIGKILL)
                self.program.finish(job)
                if self.random.random() < 0.5:
                    self.tear()
                self.resume(self.out, "--deterministic")
                self.assertEqual(self.outcome(self.out), self.outcome(self.whole))
                shutil.rmtree(self.out)

    def test_a_signal_checkpoints_every_trial(self):
        for how in (signal.SIGUSR2, signal.SIGTERM):
            with self.subTest(how.name):
                job = self.begin(1 if how == signal.SIGTERM else 2)
                wait_for_lines(self.out / "journal.log", 30, job)
                os.kill(job.pid, how)
                self.assertIn("--resume", self.program.finish(job).check(85).stderr)
                self.assertFalse((self.out / "sweep.lock").exists())
                self.resume(self.out, "--deterministic", ranks=1 if how == signal.SIGTERM else 2)
                if how == signal.SIGUSR2:
                    self.assertEqual(self.outcome(self.out), self.outcome(self.whole))
                shutil.rmtree(self.out)

    def test_the_same_on_other_ranks(self):
        job = self.begin()
        wait_for_lines(self.out / "journal.log", 40, job)
        os.kill(job.pid, signal.SIGUSR2)
        self.program.finish(job).check(85)
        self.resume(self.out, "--deterministic", ranks=1)
        self.assertEqual(self.outcome(self.out), self.outcome(self.whole))

    def test_a_stopped_holder_whose_lock_is_taken_over_ends_without_writing(self):
        """By the job that SLURM requeues, which need not wait until the lock's counter has stood still for a minute."""
        slow = SIMPLE.replace("trials = 4", "trials = 2").replace("batch_size = 60", "batch_size = 180").replace("d_model = 8", "d_model = 256")
        self.out = self.folder / "sweep"
        first = self.program.start(*self.command("sweep", slow), env={"SLURM_JOB_ID": 7, "SLURM_RESTART_COUNT": 0})
        wait_for_lines(self.out / "trials/0000/steps.csv", 2, first)
        begun = cpu_seconds(first.pid)
        wait_until(lambda: cpu_seconds(first.pid) > begun + 0.05, first)
        os.kill(first.pid, signal.SIGSTOP)  # in the second step, which takes a second, between two writes
        stopped = time.monotonic()
        second = self.program.run("sweep", "--data", self.data, "--out", self.out, "--resume", timeout=120,
                                  env={"SLURM_JOB_ID": 7, "SLURM_RESTART_COUNT": 1}).check()
        self.assertIn("all trials", second.stdout)
        after = contents(self.out)
        wait_until(lambda: time.monotonic() > stopped + 10)  # the lock was asked last before the stop, and is asked again after so long
        os.kill(first.pid, signal.SIGCONT)
        self.assertIn("another process has taken the sweep over", self.program.finish(first).check(1).stderr)
        self.assertEqual(contents(self.out), after)

    def test_a_lost_lock_ends_every_rank(self):
        job = self.begin()
        wait_for_lines(self.out / "journal.log", 30, job)
        (self.out / "sweep.lock").write_text("{}")
        self.assertIn("another process has taken the sweep over", self.program.finish(job, timeout=20).check(1).stderr)
        self.assertEqual((self.out / "sweep.lock").read_text(), "{}")


if __name__ == "__main__":
    main()
