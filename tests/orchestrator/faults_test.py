"""What a training survives: killed ranks, damaged checkpoints, stopped ranks, signals, a full disk.

usage: faults_test.py AGSWEEP TOKENIZER_DIR
"""

import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, main, tiny, wait_for_lines, wait_until  # noqa: E402
from same_bits_test import bits  # noqa: E402

EPOCHS = 8  # of 6 steps each
OPTIONS = tiny("--epochs", EPOCHS, "--checkpoint-every", 2)


def ranks_of(process):
    """Process ids of a started job's ranks, by rank."""
    ranks = {}
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if not entry.name.isdigit() or (entry / "stat").read_text().rpartition(")")[2].split()[3] != str(process.pid):
                continue
            variables = (entry / "environ").read_bytes().split(b"\0")
            if (entry / "comm").read_text().strip() != "agsweep":
                continue
            for variable in variables:
                if variable.startswith(b"OMPI_COMM_WORLD_RANK="):
                    ranks[int(variable.partition(b"=")[2])] = int(entry.name)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            pass  # it has ended by itself
    return ranks


class Faults(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.random = random.Random(7)
        cls.whole = cls.data.parent / "whole"
        if not cls.whole.exists():
            cls.program.run("train", "--data", cls.data, "--out", cls.whole, *OPTIONS).check()
        cls.expected = bits(cls.whole)

    def begin(self, ranks=2, *options):
        self.out = self.folder / "run"
        self.job = self.program.start("train", "--data", self.data, "--out", self.out, *OPTIONS, *options, ranks=ranks)

    def wait_until(self, condition):
        wait_until(condition, self.job)

    def wait_for_step(self, step):
        wait_for_lines(self.out / "steps.csv", 1 + step, self.job)

    def resume(self, *options, ranks=2):
        return self.program.run("train", "--out", self.out, "--resume", *options, ranks=ranks)

    def check_resume(self, **how):
        result = self.resume(**how).check()
        self.assertEqual(bits(self.out), self.expected)
        return result


class KilledRank(Faults):
    def check_kill(self, moment):
        self.begin()
        moment()
        victim = self.random.choice(list(ranks_of(self.job).values()))
        os.kill(victim, signal.SIGKILL)
        self.assertNotEqual(self.program.finish(self.job).code, 0)
        self.check_resume(ranks=self.random.choice([1, 2, 3]))
        shutil.rmtree(self.out)

    def test_at_a_random_step_resumes_to_the_same_bits(self):
        for step in self.random.sample(range(1, 6 * EPOCHS - 6), 5):
            with self.subTest(step=step):
                self.check_kill(lambda step=step: self.wait_for_step(step))

    def test_inside_a_checkpoint_write_resumes_to_the_same_bits(self):
        for generation in self.random.sample(range(2, 6 * EPOCHS - 6), 5):
            with self.subTest(after=generation):

                def writing(generation=generation):
                    self.wait_for_step(generation)
                    self.wait_until(lambda: any((self.out / "checkpoints").glob(".step-*.tmp")))

                self.check_kill(writing)


class DamagedCheckpoint(Faults):
    def setUp(self):
        super().setUp()
        self.begin(1)
        self.wait_for_step(9)
        os.killpg(self.job.pid, signal.SIGTERM)
        self.program.finish(self.job).check(85)
        self.generations = sorted((self.out / "checkpoints").glob("step-*"))
        self.assertEqual(len(self.generations), 2)

    def flip(self, path):
        content = bytearray(path.read_bytes())
        content[self.random.randrange(len(content))] ^= 1 << self.random.randrange(8)
        path.write_bytes(content)

    def test_flipped_falls_back_a_generation_and_says_so(self):
        self.flip(self.generations[1])
        result = self.check_resume()
        self.assertIn(self.generations[1].name, result.stderr)
        self.assertIn("the checkpoint before it is tried", result.stderr)
        self.assertIn(f"resumed at step {int(self.generations[0].stem.removeprefix('step-'))} ", result.stderr)

    def test_cut_falls_back_a_generation(self):
        os.truncate(self.generations[1], self.random.randrange(self.generations[1].stat().st_size))
        self.check_resume()

    def test_in_every_generation_ends_with_4_and_changes_nothing(self):
        for generation in self.generations:
            self.flip(generation)
        before = (self.out / "steps.csv").read_bytes()
        result = self.resume().check(4)
        self.assertIn("every checkpoint is damaged", result.stderr)
        self.assertIn(f"damaged ({self.generations[1]}: ", result.stderr)
        self.assertEqual((self.out / "steps.csv").read_bytes(), before)
        self.assertIn("--resume --repair", result.stderr)
        shutil.rmtree(self.out / "checkpoints")
        self.resume("--repair").check()
        self.assertEqual(bits(self.out), self.expected)


    def test_that_is_gone_is_not_taken_for_a_new_start(self):
        shutil.rmtree(self.out / "checkpoints")
        before = (self.out / "epochs.csv").read_bytes()
        self.assertIn("model.safetensors was written after one", self.resume().check(4).stderr)
        self.assertEqual((self.out / "epochs.csv").read_bytes(), before)
        self.resume("--repair").check()
        self.assertEqual(bits(self.out), self.expected)
        self.assertTrue((self.out / "model.safetensors.damaged").exists())


class LostWeights(Faults):
    def test_of_a_finished_run_come_again_from_its_checkpoint(self):
        self.out = self.folder / "run"
        shutil.copytree(self.whole, self.out)
        (self.out / "model.safetensors").unlink()
        evaluate = self.program.run("evaluate", self.out, "--data", self.data).check(4)
        self.assertIn(f"agsweep train --out {self.out} --resume", evaluate.stderr)
        self.check_resume()
        self.assertIn("this run is finished", self.resume().check().stderr)


class StoppedProcess(Faults):
    def test_of_a_slurm_job_keeps_its_exit_code_whatever_signals_follow(self):
        self.out = self.folder / "run"
        self.job = self.program.start("train", "--data", self.data, "--out", self.out, *OPTIONS, env={"SLURM_JOB_ID": 1})
        self.wait_for_step(3)
        while self.job.poll() is None:
            self.job.send_signal(signal.SIGUSR2)
            time.sleep(0.01)
        self.program.finish(self.job).check(85)


class StoppedRank(Faults):
    TIMEOUT = 4

    def test_is_named_and_the_job_ends_in_time(self):
        for victim in range(3):
            with self.subTest(rank=victim):
                self.out = self.folder / "run"
                options = tiny("--epochs", EPOCHS, "--checkpoint-every", 2, "--batch-size", 8, "--timeout", self.TIMEOUT)
                self.job = self.program.start("train", "--data", self.data, "--out", self.out, *options, ranks=3)
                self.wait_for_step(3)  # of 45, so that it is stopped in one
                os.kill(ranks_of(self.job)[victim], signal.SIGSTOP)
                stopped = time.monotonic()
                result = self.program.finish(self.job)
                seconds = time.monotonic() - stopped
                self.assertEqual(result.code, 1, result)
                self.assertRegex(result.stderr, rf"error: rank {victim} \(node .+\) has been silent for \d+ s in .+ step \d+; the last checkpoint is step \d+")
                self.assertIn("--resume", result.stderr)
                self.assertLess(seconds, self.TIMEOUT + 1.5)  # mpirun gives the ranks a second
                shutil.rmtree(self.out)


class Signal(Faults):
    def check_stopped(self, result):
        result.check(85)
        self.assertRegex(result.stderr, r"with a checkpoint; go on with:\n.*agsweep train .* --resume\n")
        self.check_resume()

    def test_usr2_to_mpirun_ends_with_85_and_a_resumable_run(self):
        self.begin()
        self.wait_for_step(7)
        self.job.send_signal(signal.SIGUSR2)
        result = self.program.finish(self.job)
        self.check_stopped(result)

    def test_term_to_a_lone_run_ends_with_85_and_a_resumable_run(self):
        self.begin(1)
        self.wait_for_step(7)
        self.job.send_signal(signal.SIGTERM)
        self.check_stopped(self.program.finish(self.job))

    def test_int_to_mpirun_leaves_a_resumable_run(self):
        self.begin()
        self.wait_for_step(7)
        self.job.send_signal(signal.SIGINT)
        result = self.program.finish(self.job)
        self.assertIn("--resume", result.stderr)
        self.check_resume()

    def test_in_the_last_passes_ends_with_85_and_resumes_to_the_result(self):
        self.begin(1)
        self.wait_until(lambda: (self.out / "epochs.csv").exists() and f"\n{EPOCHS},val" in (self.out / "epochs.csv").read_text())
        self.job.send_signal(signal.SIGUSR2)
        result = self.program.finish(self.job)
        if result.code == 0:  # it had finished already
            self.assertEqual(bits(self.out), self.expected)
        else:
            self.check_stopped(result)

    def test_twice_ends_at_once(self):
        self.begin(1)
        self.wait_for_step(3)
        os.kill(self.job.pid, signal.SIGSTOP)  # so that both arrive before it can finish its step
        os.kill(self.job.pid, signal.SIGTERM)
        os.kill(self.job.pid, signal.SIGINT)
        os.kill(self.job.pid, signal.SIGCONT)
        self.assertIn(self.program.finish(self.job).code, (-signal.SIGINT, -signal.SIGTERM))
        self.check_resume()


class FullDisk(Faults):
    """On a file system of its own where this user may mount one; elsewhere a limit on the size of files fails writes as a full disk does."""

    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()

    def mount(self, size):
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", self.disk], capture_output=True).returncode == 0:
            self.addCleanup(subprocess.run, ["umount", self.disk], check=True)
            return []
        return ["prlimit", f"--fsize={size}"]

    def run_limited(self, limit, *args):
        process = subprocess.run([*limit, *self.program.command(*args)], env=self.program.environment(), capture_output=True, text=True)
        self.assertEqual(process.returncode, 1, process.stderr)
        self.assertRegex(process.stderr, "No space left on device|File too large")
        return process

    def test_during_prepare_leaves_no_file(self):
        limit = self.mount(40_000)
        self.run_limited(limit, "prepare", "--synthetic", 2000, "--tokenizer", self.program.tokenizer, "--out", self.disk / "data.h5")
        self.assertEqual(list(self.disk.iterdir()), [])

    def test_during_a_checkpoint_keeps_every_earlier_file(self):
        # A checkpoint is 4.8 MB, 6.4 with the best weights beside it, and a new one is written before an old one goes.
        limit = self.mount(16_000_000)
        run = self.disk / "run"
        if limit:
            limit = ["prlimit", "--fsize=5000000"]
        process = self.run_limited(limit, "train", "--data", self.data, "--out", run, *OPTIONS)
        self.assertIn("--resume", process.stderr)
        whole = self.folder / "run"
        shutil.copytree(run, whole)
        self.assertEqual(list(whole.rglob("*.tmp")), [])
        self.out = whole
        self.check_resume()


class RemovedFiles(Faults):
    def begin_long(self):
        self.out = self.folder / "run"
        options = tiny("--epochs", 400, "--patience", 0, "--checkpoint-every", 2)
        self.job = self.program.start("train", "--data", self.data, "--out", self.out, *options)
        self.wait_for_step(9)

    def test_are_told_of_and_never_named_as_there(self):
        self.begin_long()
        for path in self.out.iterdir():
            if path.is_file():
                path.unlink()
        result = self.program.finish(self.job).check(1)
        self.assertRegex(result.stderr, r"error: .*: it has gone while the run wrote to it")
        self.assertEqual(result.stdout, "")

    def test_a_file_that_took_a_files_place_is_told_of(self):
        self.begin_long()
        copy = self.folder / "copy"
        shutil.copy(self.out / "steps.csv", copy)
        copy.rename(self.out / "steps.csv")
        result = self.program.finish(self.job).check(1)
        self.assertRegex(result.stderr, r"error: .*steps\.csv: another file has taken its place")


if __name__ == "__main__":
    main()
