"""One process at a time works in a folder, and a folder is a run's or a sweep's. Arguments: AGSWEEP TOKENIZER_DIR."""

import pathlib
import signal
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, kill, main, tiny, wait_until  # noqa: E402
from same_bits_test import bits  # noqa: E402
from sweep_program import SIMPLE  # noqa: E402

DONE, FAILED, USAGE, DATA, CHECKPOINTED = 0, 1, 2, 4, 85


class Locks(ProgramTest):
    def command(self, out, *options, epochs=400):
        return ["train", "--data", self.data, "--out", out, *tiny("--epochs", epochs, "--patience", 0, "--tensorboard", "off", *options)]

    def start(self, *args):
        process = self.program.start(*args)
        self.addCleanup(kill, process)
        return process

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        return self.program.finish(process)

    def training(self, out, *options):
        """A training that has begun."""
        process = self.start(*self.command(out, *options))
        wait_until(lambda: (out / "epochs.csv").exists() and len((out / "epochs.csv").read_text().splitlines()) > 3, process)
        return process

    def test_a_second_training_of_a_run_is_refused_by_name_and_changes_nothing(self):
        run = self.folder / "run"
        first = self.training(run)
        for options in (["--resume"], []):
            second = self.program.run(*self.command(run), *options)
            self.assertIn(second.code, (FAILED, USAGE))
            self.assertEqual(len(second.errors), 1, second)
            if options:
                self.assertIn(f"process {first.pid} on host", second.stderr)
        self.stop(first).check(CHECKPOINTED)
        steps = [line.partition(",")[0] for line in (run / "steps.csv").read_text().splitlines()[1:]]
        self.assertEqual(steps, [str(step + 1) for step in range(len(steps))])
        self.assertFalse((run / "sweep.lock").exists())

    def test_of_two_that_start_at_once_one_trains(self):
        whole = {}
        for seed in (42, 9):
            whole[seed] = self.folder / f"seed{seed}"
            self.program.run(*self.command(whole[seed], "--seed", seed, epochs=2)).check()
        for _ in range(4):
            run = self.folder / "run"
            processes = {seed: self.start(*self.command(run, "--seed", seed, epochs=2)) for seed in whole}
            codes = {seed: self.program.finish(process).code for seed, process in processes.items()}
            winners = [seed for seed, code in codes.items() if code == DONE]
            self.assertEqual(len(winners), 1, codes)
            self.assertEqual(bits(run), bits(whole[winners[0]]))
            shutil.rmtree(run)

    def test_a_killed_training_does_not_keep_its_run(self):
        run = self.folder / "run"
        kill(self.training(run))
        self.assertTrue((run / "sweep.lock").exists())
        self.stop(self.training_resumed(run)).check(CHECKPOINTED)

    def training_resumed(self, run):
        process = self.start("train", "--out", run, "--resume")
        wait_until(lambda: "resumed at step" in (run / "log.txt").read_text(), process)
        return process

    def test_a_run_whose_lock_was_taken_stops_and_writes_no_more(self):
        run = self.folder / "run"
        process = self.training(run)
        (run / "sweep.lock").unlink()
        result = self.program.finish(process, timeout=40).check(FAILED)
        self.assertIn("another process works in it now", result.stderr)

    def test_a_run_and_a_sweep_do_not_share_a_folder(self):
        (self.folder / "s.toml").write_text(SIMPLE.replace("trials = 4", "trials = 2"))
        sweep = ["sweep", "--spec", self.folder / "s.toml", "--data", self.data, "--threads", 1, "--out"]
        self.program.run(*sweep, self.folder / "sweep").check()
        self.program.run(*self.command(self.folder / "run", epochs=1)).check()
        for resume in ([], ["--resume"]):
            self.refused(USAGE, ["a sweep stands in", "choose another folder"], *self.command(self.folder / "sweep"), *resume)
            self.refused(USAGE, ["a run of `agsweep train` stands in", "choose another folder"], *sweep, self.folder / "run", *resume)
        self.refused(USAGE, "is a trial of the sweep in", "train", "--out", self.folder / "sweep/trials/0001", "--resume")
        self.refused(USAGE, "is a trial of the sweep in", *self.command(self.folder / "sweep/trials/0009/"))
        (self.folder / "link").symlink_to("sweep/trials/0001")
        self.refused(USAGE, "is a trial of the sweep in", "train", "--out", self.folder / "link", "--resume")
        self.program.run(*sweep, self.folder / "parts/part-1", "--part", "1/2").check()
        self.refused(USAGE, "a sweep stands in", *self.command(self.folder / "parts"))
        self.refused(USAGE, "the parts of a sweep stand in", *sweep, self.folder / "parts")
        submit = ["submit", "--dry-run", "--launcher", "srun", "--array"]
        self.refused(USAGE, "holds a sweep of another spec", *submit, 2, "--", *sweep, self.folder / "parts", "--weight-decay", 0.5)
        self.program.run(*submit, 2, "--", *sweep, self.folder / "parts").check()
        (self.folder / "parts/part-1").rename(self.folder / "parts/part-2")
        self.refused(USAGE, "is one of more parts", *submit, 2, "--", *sweep, self.folder / "parts")
        sealed = self.folder / "sweep/sweep.resolved.toml"
        sealed.unlink()
        submit = ["submit", "--dry-run", "--launcher", "srun", "--", *sweep, self.folder / "sweep"]
        self.refused(DATA, "go on by --resume --repair", *submit, "--resume")
        self.program.run(*submit, "--resume", "--repair").check()

    def test_a_refused_training_leaves_no_folder(self):
        self.refused(4, "none.h5", "train", "--data", self.folder / "none.h5", "--out", self.folder / "a/b/run", *tiny())


if __name__ == "__main__":
    main()
