"""report over sweeps' folders. Arguments: AGSWEEP TOKENIZER_DIR."""

import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "support"))
sys.path.insert(0, str(TESTS / "sweeps" / "aggregate"))
from agsweep_program import ProgramTest, main  # noqa: E402
from sweep_folder import SweepFolder  # noqa: E402

FAILED, USAGE, DATA = 1, 2, 4
SPACE = {"lr": ("log", [1e-4, 1e-2]), "lora_rank": ("values", [2, 8])}


class Report(ProgramTest):
    def sweep(self, name, **how):
        sweep = SweepFolder(self.folder / name, SPACE, trials=4, epochs=3, fixed={"epochs": 3}, **how)
        sweep.trial({"lr": 1e-3, "lora_rank": 8}, [0.5, 0.9125, 0.8], "COMPLETE", config_hash=f"{name}-0", seconds=3600)
        sweep.trial({"lr": 5e-4, "lora_rank": 2}, [0.6], "PRUNED", config_hash=f"{name}-1")
        sweep.trial({"lr": 9e-3, "lora_rank": 2}, [0.3], "FAIL", error="the loss is not finite at step 7")
        return sweep.path

    def report(self, *arguments):
        out = self.folder / "report.html"
        self.program.run("report", *arguments, "--out", out).check()
        return out.read_text()

    def test_writes_a_page_with_the_best_configuration(self):
        page = self.report(self.sweep("s"))
        text = re.sub(r"<[^>]*>", "", page)
        self.assertIn("Trial 0 (seed 42) reaches a validation macro F1 of 0.9125 after epoch 2 of 3", text)
        self.assertIn("agsweep train --model gpt2-lora --data data.h5 --out RUN --epochs 3 --lr 0.001 --lora-rank 8 --metric val.f1_macro "
                      "--seed 42", text)
        self.assertIn("the loss is not finite at step 7", text)
        self.assertNotIn("http", page)

    def test_the_command_that_it_gives_is_one_that_train_takes(self):
        text = re.sub(r"<[^>]*>", "", self.report(self.sweep("s")))
        command = re.search(r"agsweep train (.*?--seed 42)", text).group(1).split()
        result = self.program.run("train", *(self.data if word == "data.h5" else word for word in command), cwd=self.folder)
        self.assertIn("--weights is required", result.check(USAGE).stderr)  # all else is well

    def test_a_price_gives_a_cost(self):
        sweep = self.sweep("s")
        self.assertIn("at 2.5 per device-hour", self.report(sweep, "--price", 2.5))
        self.assertNotIn("per device-hour", self.report(sweep))

    def test_figures_go_to_their_folder(self):
        self.report(self.sweep("s"), "--figures", self.folder / "new" / "figures")
        names = {path.name for path in (self.folder / "new" / "figures").iterdir()}
        self.assertLessEqual({"methods.md", "sweep-curves.svg", "sweep-curves.pdf", "sweep-curves.csv", "sweep-by-lr.svg"}, names)

    def test_several_sweeps_have_a_chapter_each(self):
        self.sweep("all/a")
        self.sweep("all/b", data="e" * 64)
        page = self.report(self.folder / "all")
        self.assertIn('<h2 id="sweep1">a</h2>', page)
        self.assertIn('<h2 id="sweep2">b</h2>', page)
        self.assertIn("their values cannot be compared", page)

    def test_gnuplot_that_is_missing_is_named(self):
        sweep = self.sweep("s")
        self.refused(FAILED, ["gnuplot: cannot be started", "gnuplot-nox"], "report", sweep, "--out", self.folder / "r.html",
                     env={"PATH": str(self.folder)})

    def test_bad_arguments_are_told(self):
        sweep, out = self.sweep("s"), self.folder / "r.html"
        self.refused(USAGE, "--out is required", "report", sweep)
        self.refused(USAGE, "DIR.. is missing", "report", "--out", out)
        self.refused(USAGE, ["--price", "-1"], "report", sweep, "--out", out, "--price=-1")
        self.refused(DATA, str(self.folder / "none"), "report", self.folder / "none", "--out", out)

    def test_a_damaged_journal_is_named(self):
        sweep = self.sweep("s")
        journal = sweep / "journal.log"
        journal.write_text("{}\n" + journal.read_text())
        self.refused(DATA, "journal.log", "report", sweep, "--out", self.folder / "r.html")

    def test_a_page_that_cannot_be_written_is_told(self):
        self.refused(FAILED, "r.html", "report", self.sweep("s"), "--out", self.folder / "none" / "r.html")


if __name__ == "__main__":
    main()
