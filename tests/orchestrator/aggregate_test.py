"""aggregate and status over sweeps' folders. Arguments: AGSWEEP TOKENIZER_DIR."""

import csv
import io
import json
import os
import pathlib
import socket
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "support"))
sys.path.insert(0, str(TESTS / "sweeps" / "aggregate"))
from agsweep_program import ProgramTest, contents, main  # noqa: E402
from sweep_folder import SweepFolder  # noqa: E402

SPACE = {"lr": ("log", [1e-4, 1e-2]), "lora_rank": ("values", [2, 8])}
HEADER = ["trial", "state", "value", "lr", "lora_rank", "seed", "epochs", "best_epoch", "seconds", "config_hash", "error", "rank", "mean",
          "low_95", "high_95", "rows_95"]


class SweepTest(ProgramTest):
    def sweep(self, name, **how):
        """Three ended trials and one that runs."""
        sweep = SweepFolder(self.folder / name, SPACE, trials=6, epochs=3, **how)
        sweep.trial({"lr": 1e-3, "lora_rank": 8}, [0.5, 0.9, 0.8], "COMPLETE", config_hash=f"{name}-0")
        sweep.trial({"lr": 5e-4, "lora_rank": 2}, [0.6], "PRUNED", config_hash=f"{name}-1")
        sweep.trial({"lr": 9e-3, "lora_rank": 2}, [0.3], "FAIL", error="the loss is not finite, at step 7")
        sweep.trial({"lr": 2e-3, "lora_rank": 8}, [0.95], "RUNNING")
        return sweep.path

    def aggregate(self, *arguments):
        return self.program.run("aggregate", *arguments).check()


class Aggregate(SweepTest):
    def test_prints_a_table_and_changes_nothing(self):
        sweep = self.sweep("s")
        before = contents(self.folder)
        result = self.aggregate(sweep)
        self.assertEqual(contents(self.folder), before)
        lines = result.stdout.splitlines()
        self.assertEqual(lines[0], "Trials by best val.f1_macro of 3 epochs on all rows of corpus dddddddddddd")
        self.assertEqual(lines[1].split(), ["rank", *HEADER[:-5]])
        self.assertEqual(lines[2].split(), ["1", "0", "complete", "0.9000", "0.001", "8", "42", "3", "2", "2.8", "s-0"])
        self.assertEqual([line.split()[-1] for line in lines[3:5]], ["s-1", "1"])
        self.assertRegex(lines[5], "failed .* the loss is not finite, at step 7$")
        self.assertEqual(result.stderr.splitlines(),
                         ["note: s: 1 trial has not ended; the ranking may still change",
                          "note: s: importance left out: 3 configurations have reached epoch 1, and 20 are needed"])

    def test_writes_the_rows_as_csv_too(self):
        sweep = self.sweep("s")
        printed = self.aggregate(sweep, "--format", "csv", "--out", self.folder / "rows.csv").stdout
        written = (self.folder / "rows.csv").read_bytes().decode()
        self.assertEqual(printed, written)
        rows = list(csv.DictReader(io.StringIO(written, newline="")))
        self.assertEqual(list(rows[0]), HEADER)
        self.assertEqual([row["trial"] for row in rows], ["0", "1", "3", "2"])
        self.assertEqual(rows[3]["error"], "the loss is not finite, at step 7")

    def test_ranks_only_what_can_be_compared(self):
        self.sweep("a")
        self.sweep("b", train_limit=2000)
        self.sweep("deep/er/c")
        result = self.aggregate(self.folder, "--format", "json")
        document = json.loads(result.stdout)
        self.assertEqual([[sweep["name"] for sweep in ranking["sweeps"]] for ranking in document["rankings"]], [["a", "c"], ["b"]])
        self.assertIn("note: 2 rankings: the sweeps differ in train-limit, so their values cannot be compared", result.stderr.splitlines())
        self.assertEqual(document["remarks"], [line.removeprefix("note: ") for line in result.stderr.splitlines()])

    def test_reports_duplicates(self):
        for name in "ab":
            sweep = SweepFolder(self.folder / name, SPACE, epochs=2)
            last = 0.9 if name == "a" else 0.8
            sweep.trial({"lr": 1e-3, "lora_rank": 8}, [0.5, last], "COMPLETE", config_hash="same")
        self.assertIn("note: b trial 0 repeats a trial 0 (same config_hash, seed 42) and does not count; their values differ from epoch 2 "
                      "on: 0.8 and 0.9", self.aggregate(self.folder).stderr.splitlines())

    def test_has_markdown_and_latex(self):
        sweep = self.sweep("s")
        self.assertIn("| Rank | Trial | Learning rate | LoRA rank | State | Epochs | Validation macro F1 |",
                      self.aggregate(sweep, "--format", "markdown").stdout)
        latex = self.aggregate(sweep, "--format", "latex", "--columns", "rank,lr,value", "--top", 1).stdout
        self.assertIn("Rank & Learning rate & Validation macro F1 \\\\\n\\midrule\n1 & 0.001 & 0.9000 \\\\\n\\bottomrule", latex)

    def test_lists_what_no_other_beats_in_cost_and_value(self):
        self.assertIn("Unbeaten by seconds and best val.f1_macro", self.aggregate(self.sweep("s"), "--pareto", "seconds").stdout)
        self.refused(2, ["--pareto", "did you mean seconds?"], "aggregate", self.folder, "--pareto", "second")
        self.refused(2, ["no table has lrr", "did you mean lr?"], "aggregate", self.folder, "--columns", "lrr")

    def test_refuses_what_is_no_sweep(self):
        self.refused(2, "DIR", "aggregate")
        self.refused(2, ["--format", "did you mean json?"], "aggregate", self.folder, "--format", "jsn")
        self.refused(4, ["none", "No such file"], "aggregate", self.folder / "none")
        self.refused(4, "no sweep, and none below it", "aggregate", self.folder)
        sweep = self.sweep("s")
        with open(sweep / "journal.log", "r+") as journal:
            lines = journal.readlines()
            journal.seek(0)
            journal.write("".join([*lines[:4], lines[4][:-4] + "\n", *lines[5:]]))
            journal.truncate()
        self.refused(4, "journal.log:5: damaged", "aggregate", sweep)
        (sweep / "journal.log").unlink()
        self.refused(4, "journal.log: cannot read", "aggregate", sweep)

    def test_says_so_when_the_file_cannot_be_written(self):
        sweep = self.sweep("s")
        self.refused(1, "rows.csv", "aggregate", sweep, "--out", self.folder / "none" / "rows.csv")


class Status(SweepTest):
    def test_counts_trials_and_names_the_best(self):
        sweep = self.sweep("s")
        before = contents(self.folder)
        lines = self.program.run("status", sweep).check().stdout.splitlines()
        self.assertEqual(lines[:3], ["s: gpt2-lora by val.f1_macro, 3 epochs on all rows", "trials   3 of 6 trials ended: 1 complete, 1 pruned, 1 failed; 1 running, 2 pending",
                                     "best     0.9000, trial 0 after epoch 2 (complete): lr 0.001, lora_rank 8"])
        self.assertEqual(lines[3], "lock     nobody works on it; sweep --resume goes on")
        self.assertRegex(lines[4], r"^journal  last written \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(contents(self.folder), before)

    def test_tells_a_program_the_same(self):
        sweep = self.sweep("s")
        holder = {"token": "0" * 32, "host": socket.gethostname(), "pid": os.getpid(), "process_start": 1, "pid_space": "another",
                  "slurm_job_id": "77", "slurm_restart_count": 0, "counter": 5}
        (sweep / "sweep.lock").write_text(json.dumps(holder) + "\n")
        status = json.loads(self.program.run("status", sweep, "--json").check().stdout)
        self.assertEqual([status[key] for key in ("planned", "ended", "complete", "pruned", "failed", "running", "paused",
                                                 "pending")], [6, 3, 1, 1, 1, 1, 0, 2])
        self.assertEqual(status["best"], {"trial": 0, "state": "complete", "value": 0.9, "epoch": 2, "seed": 42,
                                          "parameters": {"lora_rank": 8, "lr": 0.001}})
        self.assertEqual(status["lock"], {"host": socket.gethostname(), "pid": os.getpid(), "slurm_job_id": "77", "process": "unseen"})

    def test_refuses_what_is_no_sweep(self):
        self.refused(2, "SWEEP", "status")
        self.refused(4, "sweep.resolved.toml: cannot read", "status", self.folder)
        self.refused(4, "nosuch: there is no such folder", "status", self.folder / "nosuch")
        for options in ([], ["--json"], ["--watch"]):
            self.refused(4, "File name too long", "status", self.folder / ("a" * 300), *options)


if __name__ == "__main__":
    main()
