"""What a later command reads as truth is sealed: a record that was changed or lost is named, with the way on.

usage: records_test.py AGSWEEP TOKENIZER_DIR
"""

import json
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, RunTest, contents, kill, main, tiny, wait_until  # noqa: E402
from same_bits_test import bits  # noqa: E402
from sweep_program import SIMPLE, SweepTest  # noqa: E402

DONE, USAGE, DATA, CHECKPOINTED = 0, 2, 4, 85


class RunRecords(RunTest):
    def damage(self, name, pattern, replacement):
        path = self.run_folder / name
        text = path.read_text()
        changed = re.sub(pattern, replacement, text, count=1, flags=re.MULTILINE)
        self.assertNotEqual(text, changed)
        path.write_text(changed)

    def refused_everywhere(self, says):
        for command in (["evaluate", self.run_folder, "--data", self.data], ["train", "--out", self.run_folder, "--resume"]):
            self.refused(DATA, says, *command)

    def test_each_option_of_a_run_that_was_changed_or_lost_is_found(self):
        whole = (self.run_folder / "config.toml").read_text()
        for pattern, replacement in ((r"^heads = 2", "heads = 4"), (r"^heads = .*\n", ""), (r"^epochs = .*\n", ""), (r"^lr = .*", "lr = 0.5"),
                                     (r"^shards = .*\n", ""), (r"^seed = .*\n", ""), (r"^train_limit = .*", "train_limit = 64"),
                                     (r"^max_length = .*", "max_length = 12"), (r'"World"', '"Worlds"')):
            with self.subTest(pattern):
                self.damage("config.toml", pattern, replacement)
                self.refused_everywhere(["config.toml", "was changed or damaged"])
                self.damage("config.toml", r"^seal = .*\n", "")  # then result.json tells
                self.refused_everywhere(["config.toml", "result.json"])
                (self.run_folder / "config.toml").write_text(whole)

    def test_a_result_that_was_changed_is_found_and_may_be_written_anew(self):
        whole = contents(self.run_folder)
        self.damage("result.json", r'"accuracy": 0\.', '"accuracy": 1.')
        self.refused(DATA, ["result.json", "its seal", "--resume writes it anew"], "train", "--out", self.run_folder, "--resume")
        (self.run_folder / "result.json").unlink()
        self.program.run("train", "--out", self.run_folder, "--resume").check()
        self.assertEqual(contents(self.run_folder)["model.safetensors"], whole["model.safetensors"])

    def test_a_run_of_before_the_seals_is_taken_with_a_note(self):
        (self.run_folder / "result.json").unlink()
        self.damage("config.toml", r"^seal = .*\n", "")
        self.assertIn("did not seal", self.program.run("evaluate", self.run_folder, "--data", self.data).check().stderr)
        self.program.run("train", "--out", self.run_folder, "--resume").check()


class StoppedRunRecords(ProgramTest):
    """A run that was killed: no result.json, so its checkpoints tell."""

    OPTIONS = tiny("--epochs", 6, "--checkpoint-every", 2, "--patience", 0, "--lr", 0.002)

    def setUp(self):
        super().setUp()
        self.run_folder = self.folder / "run"
        process = self.program.start("train", "--data", self.data, "--out", self.run_folder, *self.OPTIONS)
        self.addCleanup(kill, process)
        wait_until(lambda: (self.run_folder / "epochs.csv").exists() and "\n2,val" in (self.run_folder / "epochs.csv").read_text(), process)
        kill(process)

    def resume(self, *options):
        return self.program.run("train", "--out", self.run_folder, "--resume", *options)

    def test_options_that_were_changed_are_found_by_the_checkpoint(self):
        config = self.run_folder / "config.toml"
        text = config.read_text()
        for change in (lambda line: "", lambda line: line.replace("0.002", "0.02")):
            changed = "".join(change(line) if line.startswith("lr = ") else line for line in text.splitlines(True) if not line.startswith("seal = "))
            config.write_text(changed)
            self.assertIn("by the seal in it", self.resume().check(DATA).stderr)

    def test_rows_that_were_changed_are_found_and_put_aside_by_repair(self):
        for name in ("steps.csv", "epochs.csv", "hashes.csv"):
            with self.subTest(name):
                before = self.folder / "before"
                shutil.copytree(self.run_folder, before)
                path = self.run_folder / name
                rows = path.read_text().splitlines(True)
                damaged = "".join(rows[:1] + [re.sub(r"[0-9a-f]$", "x", rows[1].rstrip("\n")) + "\n"] + rows[2:])
                path.write_text(damaged)
                self.assertIn(f"{name}: its rows are not those", self.resume().check(DATA).stderr)
                self.assertEqual(path.read_text(), damaged)
                self.resume("--repair").check()
                self.assertEqual((self.run_folder / f"{name}.damaged").read_text(), damaged)
                shutil.rmtree(self.run_folder)
                before.rename(self.run_folder)

    def test_repair_goes_with_resume(self):
        self.assertIn("--repair: goes with --resume", self.program.run("train", "--out", self.folder / "x", "--repair").check(USAGE).stderr)


class SweepRecords(SweepTest):
    @classmethod
    def setUpClass(cls):
        cls.made = cls.data.parent / "sweep-of-records"
        if not cls.made.exists():
            (cls.data.parent / "records.toml").write_text(SIMPLE)
            cls.program.run("sweep", "--spec", cls.data.parent / "records.toml", "--data", cls.data, "--out", cls.made, "--threads", 1).check()

    def setUp(self):
        super().setUp()
        self.copy = self.folder / "sweep"
        shutil.copytree(self.made, self.copy)
        self.journal = self.copy / "journal.log"

    def refused_everywhere(self, says):
        before = contents(self.folder)
        for command in (["status", self.copy], ["aggregate", self.copy], ["report", self.copy, "--out", self.folder / "r.html"],
                        ["sweep", "--data", self.data, "--out", self.copy, "--resume", "--threads", 1]):
            result = self.program.run(*command).check(DATA)
            for text in says:
                self.assertIn(text, result.stderr)
        self.assertEqual(contents(self.folder), before)

    def test_optuna_reads_the_sealed_journal(self):
        self.assertTrue(all('"seal":"' in line for line in self.journal.read_text().splitlines()))
        self.assertEqual([trial.state.name for trial in self.study(self.copy).trials], ["COMPLETE"] * 4)

    def test_lines_that_were_changed_moved_or_lost_are_found(self):
        lines = self.journal.read_text().splitlines(True)
        reports = [i for i, line in enumerate(lines) if '"intermediate_value"' in line]
        trials = [i for i, line in enumerate(lines) if '"params"' in line]
        changed = [line.replace('"intermediate_value":0.', '"intermediate_value":0.9') if i == reports[1] else line for i, line in enumerate(lines)]
        swapped = list(lines)
        swapped[trials[0]], swapped[trials[1]] = swapped[trials[1]], swapped[trials[0]]
        lost = [line for i, line in enumerate(lines) if i != reports[0]]
        for name, damaged in (("changed", changed), ("swapped", swapped), ("lost", lost)):
            with self.subTest(name):
                self.assertNotEqual(damaged, lines)
                self.journal.write_text("".join(damaged))
                self.refused_everywhere(["journal.log:", "was changed, moved or lost"])

    def test_repair_cuts_the_journal_and_trains_what_was_lost(self):
        lines = self.journal.read_text().splitlines(True)
        last = max(i for i, line in enumerate(lines) if '"params"' in line)  # the last trial's first line
        damaged = "".join(lines[:last] + [lines[last].replace('"datetime_start":"2', '"datetime_start":"3')] + lines[last + 1:])
        self.journal.write_text(damaged)
        result = self.program.run("sweep", "--data", self.data, "--out", self.copy, "--resume", "--threads", 1).check(DATA)
        self.assertIn("--repair", result.stderr)
        self.program.run("sweep", "--data", self.data, "--out", self.copy, "--resume", "--repair", "--threads", 1).check()
        self.assertEqual((self.copy / "journal.log.damaged").read_text(), damaged)
        self.assertEqual(self.outcome(self.copy)[0], self.outcome(self.made)[0])

    def test_a_spec_that_was_changed_is_found(self):
        spec = self.copy / "sweep.resolved.toml"
        spec.write_text(spec.read_text().replace("batch_size = 60", "batch_size = 30"))
        self.refused_everywhere(["sweep.resolved.toml", "its seal"])

    def test_a_spec_that_is_lost_is_written_anew_where_it_is_the_journals(self):
        spec, given = self.copy / "sweep.resolved.toml", self.copy / "sweep.toml"
        whole = spec.read_text()
        spec.unlink()
        command = ["sweep", "--data", self.data, "--out", self.copy, "--threads", 1, "--spec"]
        self.refused(USAGE, "a sweep stands in", *command, given)
        self.refused(DATA, ["sweep.resolved.toml: missing", "--repair"], *command, given, "--resume")
        other = self.folder / "other.toml"
        other.write_text(given.read_text().replace("values = [0.0, 0.1, 0.3]", "values = [0.0, 0.2, 0.4]"))
        self.refused(DATA, "another [space] than the spec", *command, other, "--resume", "--repair")
        self.program.run(*command, given, "--resume", "--repair").check()
        self.assertEqual(spec.read_text(), whole)

    def test_a_result_or_table_of_a_trial_that_was_changed_is_found(self):
        path = self.copy / "trials/0001/result.json"
        whole = path.read_text()
        path.write_text(whole.replace('"train_seconds": ', '"train_seconds": 1'))
        self.assertIn("result.json", self.program.run("aggregate", self.copy).check(DATA).stderr)
        path.write_text(whole)
        table = self.copy / "trials/0001/epochs.csv"
        table.write_text(table.read_text().replace("1,val,", "1,val,9", 1))
        self.assertIn("epochs.csv", self.program.run("report", self.copy, "--out", self.folder / "r.html").check(DATA).stderr)


if __name__ == "__main__":
    main()
