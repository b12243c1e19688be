"""agsweep replay: a recorded run again on one process, bit for bit. Arguments: AGSWEEP TOKENIZER_DIR."""

import json
import pathlib
import shutil
import signal
import sys

from safetensors.numpy import load_file, save_file

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, RunTest, contents, kill, main, reseal, wait_until  # noqa: E402

FAILED, USAGE, DATA = 1, 2, 4


def change_line(path, number, old, new):
    """Replaces a text in one line (from 0) of a file."""
    lines = path.read_text().splitlines(keepends=True)
    assert old in lines[number], lines[number]
    lines[number] = lines[number].replace(old, new, 1)
    path.write_text("".join(lines))


def flip_bit(path, number):
    """In the last hexadecimal digit of a line: another hash."""
    digit = path.read_text().splitlines()[number][-1]
    lines = path.read_text().splitlines()
    lines[number] = lines[number][:-1] + format(int(digit, 16) ^ 1, "x")
    path.write_text("\n".join(lines) + "\n")


class ReplayOfRanks(ProgramTest):
    def test_of_four_ranks_is_identical_on_one(self):
        run = self.train("run", ranks=4)
        before = contents(run)
        result = self.program.run("replay", run).check()
        self.assertEqual(result.stdout, "identical: 12 steps and the weights after 2 epochs, bit for bit (4 ranks then, 1 now)\n")
        self.assertEqual(contents(run), before, "the run is as it was")

    def test_of_allreduce_says_why_bits_were_not_promised(self):
        run = self.train("run", "--reduction", "allreduce", ranks=3)
        change_line(run / "steps.csv", 3, ",", ",1")  # lest the sums agree by chance: only the rate, which is not compared
        flip_bit(run / "hashes.csv", 1)
        reseal(run / "result.json")
        result = self.program.run("replay", run).check()
        for text in ("the same bits were not promised", "--reduction allreduce", "test accuracy: +0.0000", "relative distance"):
            self.assertIn(text, result.stdout)

    def test_of_a_run_that_was_stopped_goes_as_far(self):
        run = self.train("run", "--max-steps", 9)
        whole = self.program.run("replay", run, "--json").check()
        self.assertEqual(json.loads(whole.stdout)["steps"], 9)
        lines = (run / "steps.csv").read_text().splitlines(keepends=True)
        (run / "steps.csv").write_text("".join(lines[:8]))
        reseal(run / "result.json", status="interrupted")
        answer = json.loads(self.program.run("replay", run, "--json").check().stdout)
        self.assertEqual((answer["identical"], answer["steps"]), (True, 7))

    def test_of_a_run_that_was_repaired_compares_the_steps_that_it_has(self):
        run = self.train("run", "--max-steps", 9)
        lines = (run / "steps.csv").read_text().splitlines(keepends=True)
        (run / "steps.csv").write_text("".join(lines[:1] + lines[4:]))
        reseal(run / "result.json")
        answer = json.loads(self.program.run("replay", run, "--json").check().stdout)
        self.assertEqual((answer["identical"], answer["steps"]), (True, 6))


class Replay(RunTest):
    def replay(self, *options, code=0):
        return self.program.run("replay", self.run_folder, *options).check(code)

    def test_names_the_epoch_and_the_tensor_of_a_flipped_bit(self):
        tensors = len((self.run_folder / "hashes.csv").read_text().splitlines()) // 2
        flip_bit(self.run_folder / "hashes.csv", tensors + 2)  # the second tensor of epoch 2
        name = (self.run_folder / "hashes.csv").read_text().splitlines()[tensors + 2].split(",")[1]
        reseal(self.run_folder / "result.json")
        result = self.replay(code=FAILED)
        self.assertIn("not identical\n", result.stdout)
        self.assertIn("steps: all 12 have the same loss", result.stdout)
        self.assertIn(f"first epoch that differs: 2, tensor {name}\n", result.stdout)

    def test_names_the_first_step_that_differs(self):
        loss = (self.run_folder / "steps.csv").read_text().splitlines()[5].split(",")[2]
        change_line(self.run_folder / "steps.csv", 5, loss, "0.5")
        reseal(self.run_folder / "result.json")
        result = self.replay(code=FAILED)
        self.assertIn(f"first step that differs: 5 (loss 0.5 recorded, {loss} repeated)", result.stdout)

    def test_of_another_libtorch_is_compared_by_metrics(self):
        flip_bit(self.run_folder / "hashes.csv", 1)
        reseal(self.run_folder / "result.json", versions={"libtorch": "1.0.0"})
        answer = json.loads(self.replay("--json").stdout)
        self.assertFalse(answer["identical"] or answer["promised"])
        self.assertIn("another LibTorch: 1.0.0 then", answer["other_bits"][0])
        self.assertEqual(answer["first_tensor"]["epoch"], 1)
        self.assertEqual(answer["weight_distance"], 0)
        self.assertEqual(answer["metrics"]["test macro F1"], 0)

    def test_keeps_the_repeated_run_where_it_is_told_to(self):
        self.replay("--out", self.folder / "again")
        self.assertEqual((self.folder / "again/hashes.csv").read_text(), (self.run_folder / "hashes.csv").read_text())
        self.refused(USAGE, ["--out", "is not empty"], "replay", self.run_folder, "--out", self.folder / "again")

    def test_takes_no_sweeps_folder_for_its_own(self):
        trial = self.folder / "sweep/trials/0003"
        trial.parent.mkdir(parents=True)
        (self.folder / "sweep/journal.log").touch()
        self.refused(USAGE, "--out", "replay", self.run_folder, "--out", trial)

    def test_starts_from_weights_that_have_moved(self):
        start = self.folder / "start.safetensors"
        shutil.copy(self.run_folder / "model.safetensors", start)
        run = self.train("later", "--init", start)
        moved = start.rename(self.folder / "moved.safetensors")
        self.refused(DATA, "start.safetensors", "replay", run)
        self.assertIn("identical: 12 steps", self.program.run("replay", run, "--init", moved).check().stdout)
        self.refused(DATA, "not the weights", "replay", run, "--init", run / "model.safetensors")

    def test_of_a_run_that_failed_at_its_first_step_is_identical(self):
        start = self.folder / "start.safetensors"
        tensors = load_file(self.run_folder / "model.safetensors")
        save_file({name: tensor * 1e30 for name, tensor in tensors.items()}, start)
        run = self.train("failed", "--init", start, code=FAILED)
        self.assertEqual(len((run / "steps.csv").read_text().splitlines()), 1)
        self.assertIn("identical: 0 steps", self.program.run("replay", run).check().stdout)

    def test_a_signal_leaves_nothing_behind(self):
        run = self.train("long", "--epochs", 200, "--patience", 0)
        temporary = self.folder / "tmp"
        temporary.mkdir()
        job = self.program.start("replay", run, env={"TMPDIR": str(temporary)})
        self.addCleanup(kill, job)
        wait_until(lambda: list(temporary.glob("*/steps.csv")), job)
        job.send_signal(signal.SIGTERM)
        result = self.program.finish(job)
        self.assertEqual(result.code, FAILED)
        self.assertIn("stopped by a signal", result.stderr)
        self.assertEqual(list(temporary.glob("agsweep-replay-*")), [])

    def test_damaged_rows_are_refused(self):
        for name in ("steps.csv", "hashes.csv"):
            path = self.run_folder / name
            whole = path.read_text()
            path.write_text("".join(whole.splitlines(keepends=True)[:-1]))
            self.refused(DATA, [name, "its rows are not those"], "replay", self.run_folder)
            path.write_text(whole)

    def test_another_corpus_is_refused(self):
        other = self.program.prepare(self.folder / "other.h5", "--seed", 7)
        self.refused(DATA, ["other.h5", "not the corpus"], "replay", self.run_folder, "--data", other)

    def test_what_is_no_run_is_refused(self):
        self.refused(DATA, "no run stands there", "replay", self.folder)
        shutil.copytree(self.run_folder, self.folder / "torn")
        (self.folder / "torn/steps.csv").unlink()
        self.program.run("replay", self.folder / "torn").check(DATA)


if __name__ == "__main__":
    main()
