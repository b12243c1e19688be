"""The report's page is well-formed, loads nothing, and says what the journal says. Arguments: REPORT_PAGE."""

import csv
import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import numpy
import scipy.stats

TOOL = sys.argv[1]
RANKING = 9  # columns of a ranking with three hyperparameters and one seed
VOID = {"meta", "br", "link", "img", "hr"}
HOSTILE = "</title><script>alert('1')</script>"


class Page(html.parser.HTMLParser):
    """Checks that tags close in order; collects ids, attributes, the tables' rows and the texts."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.ids, self.links, self.attributes, self.texts = [], [], [], [], [], []
        self.sections, self.rows = {}, []
        self.feed(text)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.append((tag, name, value))
            if name == "id":
                self.ids.append(value)
            if name in ("href", "src", "xlink:href", "action", "data"):
                self.links.append(value)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]} at {self.getpos()}"
        self.open.pop()

    def handle_data(self, data):
        self.texts.append(data)
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    @property
    def text(self):
        return " ".join("".join(self.texts).split())

    def row(self, *start):
        """The one table row that begins with these cells."""
        found = [row for row in self.rows if row[:len(start)] == list(start)]
        assert len(found) == 1, f"rows that begin with {start}: {found}"
        return found[0]


def journal(folder):
    """Trials of SWEEP/journal.log: {"params", "values", "state"}; states are Optuna's numbers."""
    trials = []
    for line in (folder / "journal.log").read_text().splitlines():
        entry = json.loads(line)
        if entry["op_code"] == 4:
            trials.append({"params": entry["params"], "values": [], "state": 0})
        elif entry["op_code"] == 7:
            trials[entry["trial_id"]]["values"].append(entry["intermediate_value"])
        elif entry["op_code"] == 6:
            trials[entry["trial_id"]]["state"] = entry["state"]
    return trials


def table(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="agsweep-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        subprocess.run([TOOL, cls.folder], check=True, timeout=250)
        cls.sources = {path.stem: path.read_text() for path in sorted(cls.folder.glob("*.html"))}
        cls.pages = {name: Page(text) for name, text in cls.sources.items()}

    def test_every_page_loads_nothing(self):
        for name, text in self.sources.items():
            with self.subTest(name):
                page = self.pages[name]
                self.assertEqual([link for link in page.links if not link.startswith("#")], [])
                self.assertEqual([link for link in page.links if link[1:] not in page.ids], [])
                for word in ("http:", "https:", "@import", "url(", "<script", "<link", "<iframe"):
                    self.assertNotIn(word, text.lower().replace("&lt;script", ""), word)
                self.assertFalse({"script", "link", "img", "iframe", "object"} & set(page.tags))
                self.assertFalse([attribute for attribute in page.attributes if attribute[1].startswith("on")])

    def test_ids_are_there_once(self):
        for name, page in self.pages.items():
            with self.subTest(name):
                self.assertEqual(len(page.ids), len(set(page.ids)))

    def test_every_picture_is_xml_and_says_what_it_shows(self):
        for name, text in self.sources.items():
            with self.subTest(name):
                pictures = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
                self.assertEqual(len(pictures), self.pages[name].tags.count("figcaption"))
                for picture in pictures:
                    root = xml.etree.ElementTree.fromstring(picture)
                    self.assertTrue(root.get("aria-label"))
                    self.assertNotIn("rgb(", picture)

    def test_each_figure_has_its_files(self):
        for name, page in self.pages.items():
            with self.subTest(name):
                figures = [value for tag, key, value in page.attributes if tag == "figure" and key == "id"]
                files = sorted(path.name for path in (self.folder / f"{name}.figures").iterdir())
                self.assertEqual(files, sorted(["methods.bib", "methods.md"] + [f"{figure}.{kind}" for figure in figures for kind in ("csv", "pdf", "svg")]))
                for path in (self.folder / f"{name}.figures").iterdir():
                    self.assertTrue(path.read_bytes())
                    if path.suffix == ".svg":
                        xml.etree.ElementTree.parse(path)
                    if path.suffix == ".pdf":
                        self.assertEqual(path.read_bytes()[:5], b"%PDF-")

    def test_the_same_sweep_has_the_same_page_and_files(self):
        with tempfile.TemporaryDirectory(prefix="agsweep-") as scratch:
            again = pathlib.Path(scratch)
            subprocess.run([TOOL, again, "seeds"], check=True, timeout=100)
            text = (again / "seeds.html").read_text().replace(str(again), str(self.folder))
            self.assertEqual(text, self.sources["seeds"])
            for path in (again / "seeds.figures").iterdir():
                self.assertEqual(path.read_bytes(), (self.folder / "seeds.figures" / path.name).read_bytes(), path.name)

    def test_the_best_trial_is_the_journals(self):
        for name in ("asha", "random", "loss"):
            with self.subTest(name):
                trials = journal(self.folder / name / "sweep1")
                choose, sign = (min, 1) if name == "loss" else (max, -1)
                complete = [number for number, trial in enumerate(trials) if trial["state"] == 1]
                best = min(complete, key=lambda number: (sign * choose(trials[number]["values"]), number))
                value = choose(trials[best]["values"])
                page = self.pages[name]
                metric = {"loss": "validation loss (nats)"}.get(name, "validation macro F1")
                self.assertIn(f"Trial {best} (seed 42) reaches a {metric} of {value:.4f}", page.text)
                self.assertIn(f"{value:.4f}", page.row("1", str(best)))
                rate = repr(trials[best]["params"]["lr"])
                command = re.search(r"agsweep train .*? --seed 42", page.text).group()
                self.assertEqual(float(re.search(r"--lr (\S+)", command).group(1)), float(rate))
                self.assertIn("--data '/corpora/ag news.h5'", command)
                self.assertIn("--epochs", command)

    def test_curves_have_each_value_of_the_journal(self):
        for name in ("asha", "random", "running", "loss"):
            with self.subTest(name):
                trials = journal(self.folder / name / "sweep1")
                expected = {(number, epoch + 1): value for number, trial in enumerate(trials) if trial["state"] != 3
                            for epoch, value in enumerate(trial["values"])}
                rows = table(self.folder / f"{name}.figures" / "sweep1-curves.csv")
                metric = "val.loss" if name == "loss" else "val.f1_macro"
                found = {(int(row["trial"]), int(row["epoch"])): float(row[metric]) for row in rows}
                self.assertEqual(found.keys(), expected.keys())
                for key, value in expected.items():
                    self.assertAlmostEqual(found[key], value, delta=1e-8 * abs(value))

    def test_rungs_and_their_correlation_are_those_of_the_journal(self):
        for name in ("asha", "few"):
            trials = [trial for trial in journal(self.folder / name / "sweep1") if trial["state"] != 3]
            last = {number: max(trial["values"]) for number, trial in enumerate(trials) if len(trial["values"]) == 9}
            self.assertEqual(len(last) >= 10, name == "asha")
            for rung in (1, 3, 9):
                row = self.pages[name].row(str(rung), str(sum(len(trial["values"]) >= rung for trial in trials)))
                self.assertEqual(row[3], f"{max(max(t['values'][:rung]) for t in trials if len(t['values']) >= rung):.4f}")
                if rung < 9:
                    self.assertEqual(row[2], str(sum(len(trial["values"]) > rung for trial in trials)))
                    here = [max(trials[number]["values"][:rung]) for number in last]
                    correlation = f"{scipy.stats.spearmanr(here, list(last.values())).statistic:+.2f}"
                    self.assertEqual(row[5], correlation if name == "asha" else "left out: fewer than 10 pairs")
                    self.assertEqual(row[6], str(len(last)))

    def test_no_figure_mixes_values_after_different_times(self):
        trials = journal(self.folder / "asha" / "sweep1")
        for rung in (1, 3, 9):
            rows = table(self.folder / "asha.figures" / f"sweep1-heat-map-{rung}.csv")
            self.assertEqual({row["epochs"] for row in rows}, {str(rung)})
            reached = {n for n, trial in enumerate(trials) if trial["state"] != 3 and len(trial["values"]) >= rung}
            self.assertEqual(sum(int(row["trials"]) for row in rows), len(reached))
            self.assertLessEqual({int(row["best_trial"]) for row in rows}, reached)
        rows = table(self.folder / "asha.figures" / "sweep1-parallel.csv")
        complete = {n for n, trial in enumerate(trials) if trial["state"] == 1}
        self.assertEqual({int(row["trial"]) for row in rows if row["compared"] == "true"}, complete)

    def test_a_ranking_is_parted_by_budget_and_has_all_configurations(self):
        page, trials = self.pages["asha"], journal(self.folder / "asha" / "sweep1")
        ended = [trial for trial in trials if trial["state"] in (1, 2)]
        ranks = [int(row[0]) for row in page.rows if len(row) == RANKING and row[0].isdigit()]
        self.assertEqual(ranks, list(range(1, len(ended) + 1)))
        groups = [row[0] for row in page.rows if len(row) == 1]
        self.assertTrue(groups[0].startswith("complete: a schedule of 9 epochs"))
        self.assertIn("not comparable with those above", groups[-1])
        self.assertIn("details", page.tags)

    def test_the_best_is_bold_only_where_it_stands_out(self):
        self.assertNotIn('<tr class="mark"><td class="n">1<', self.sources["random"])
        self.assertRegex(self.pages["random"].text, r"The first \d+ cannot be told apart")
        self.assertIn("How far a value may be off is not known", self.pages["loss"].text)

    def test_each_value_has_its_error_over_rows(self):
        first = next(row for row in self.pages["random"].rows if row[0] == "1" and len(row) == RANKING)
        result = json.loads((self.folder / "random" / "sweep1" / "trials" / f"{int(first[1]):04}" / "result.json").read_text())
        counts = numpy.array(result["best"]["val"]["confusion"])
        draws = numpy.random.default_rng(1).multinomial(counts.sum(), counts.ravel() / counts.sum(), 4000).reshape(-1, *counts.shape)
        diagonal = numpy.einsum("nii->ni", draws)
        f1 = (2 * diagonal / (draws.sum(1) + draws.sum(2))).mean(1)
        half = float(first[-2].removeprefix("± "))
        self.assertAlmostEqual(half, 1.96 * f1.std(), delta=0.05 * half)

    def test_the_overview_tells_what_it_ran_with(self):
        text = self.pages["random"].text
        for part in ("0.1.0, commit 0123456789ab", "2 ranks a trial", "NVIDIA H100 80GB HBM3", "bf16", "tokens/s a trial (median",
                     "3,259,392"):
            self.assertIn(part, text)

    def test_the_timeline_has_each_session(self):
        rows = table(self.folder / "random.figures" / "sweep1-timeline.csv")
        sessions = [json.loads(path.read_text())["sessions"] for path in (self.folder / "random" / "sweep1" / "trials").glob("*/result.json")]
        self.assertEqual(len(rows), sum(map(len, sessions)))
        self.assertIn("4 groups trained", self.pages["random"].text)

    def test_marks_tell_their_values_under_the_pointer(self):
        for name in ("asha", "random"):
            titles = re.findall(r"<title>(trial [^<]*)</title>", self.sources[name])
            self.assertTrue(any("lora_rank" in title for title in titles))
            self.assertTrue(any(", epoch 3: 0." in title for title in titles))
            self.assertNotIn("gnuplot", re.sub("figures by gnuplot", "", self.sources[name]))

    def test_importance_in_the_warm_up_is_warned_of(self):
        self.assertIn("still rising", self.pages["warm-up"].text)
        self.assertNotIn("still rising", self.pages["random"].text)

    def test_seeds_are_shown_as_mean_and_interval(self):
        trials = journal(self.folder / "seeds" / "sweep1")
        values = {}
        for trial in trials:
            if trial["state"] == 1:
                values.setdefault(json.dumps(trial["params"]), []).append(max(trial["values"]))
        best = max(values.values(), key=lambda seeds: sum(seeds) / len(seeds))
        mean, error = sum(best) / len(best), scipy.stats.sem(best)
        half = error * scipy.stats.t.ppf(0.975, len(best) - 1)
        self.assertIn(f"Over its {len(best)} seeds the configuration reaches {mean:.4f} ± {half:.4f}", self.pages["seeds"].text)
        row = self.pages["seeds"].row("1")
        self.assertEqual([*row[-4:-2], row[-1]], [str(len(best)), f"± {half:.4f}", f"{mean:.4f}"])

    def test_cost_is_time_by_ranks_and_price(self):
        for name in ("asha", "all-failed"):
            epochs = sum(len(trial["values"]) for trial in journal(self.folder / name / "sweep1"))
            row = self.pages[name].row("all")
            hours = 2 * 40 * epochs / 3600
            self.assertEqual(row[2], str(epochs))
            self.assertAlmostEqual(float(row[4]), hours, delta=1e-3 * max(hours, 1))
            self.assertAlmostEqual(float(row[5]), 2.5 * hours, delta=0.01)

    def test_failures_are_told_with_their_reason(self):
        failed = [number for number, trial in enumerate(journal(self.folder / "asha" / "sweep1")) if trial["state"] == 3]
        self.assertTrue(failed)
        rows = [row for row in self.pages["asha"].rows if row[-1] == "the loss is not finite at step 7"]
        self.assertEqual([int(row[0]) for row in rows], failed)
        self.assertIn("No trial has failed.", self.pages["seeds"].text)

    def test_a_sweep_whose_trials_all_failed_says_so(self):
        text = self.pages["all-failed"].text
        self.assertIn("No trial has a value: those that began have failed", text)
        self.assertIn("3 failed", text)
        figures = [value for tag, key, value in self.pages["all-failed"].attributes if tag == "figure" and key == "id"]
        self.assertEqual(figures, ["sweep1-timeline"])

    def test_one_trial_has_a_page(self):
        text = self.pages["one-trial"].text
        self.assertIn("1 of 1 trials ended: 1 complete", text)
        self.assertRegex(text, r"Left out: 1 configurations have reached epoch 1, and 20 are needed")

    def test_a_running_sweep_is_shown_as_it_stands(self):
        text = self.pages["running"].text
        self.assertIn("The sweep has not finished", text)
        self.assertIn("1 running", text)

    def test_importance_is_shown_where_enough_configurations_are_comparable(self):
        self.assertIn("random-search", self.pages["random"].text)
        shares = table(self.folder / "random.figures" / "sweep1-importance.csv")
        self.assertEqual({row["parameter"] for row in shares}, {"lr", "lora_rank", "lora_dropout"})
        self.assertFalse((self.folder / "seeds.figures" / "sweep1-importance.csv").exists())

    def test_sweeps_of_two_corpora_are_not_ranked_together(self):
        page = self.pages["two-corpora"]
        self.assertIn("2 rankings: the sweeps differ in corpus, so their values cannot be compared", page.text)
        self.assertEqual(page.tags.count("h2"), 2)
        self.assertEqual(len([row for row in page.rows if row[0] == "1" and row[1] in ("sweep1", "sweep2")]), 2)

    def test_hostile_names_are_texts(self):
        page = self.pages["hostile"]
        self.assertIn(HOSTILE, page.text)
        self.assertIn("The corpus is synthetic", page.text)
        self.assertFalse(pathlib.Path("pwned").exists())
        self.assertEqual(page.texts.count("’+`touch pwned…"), 2, "along both sides of the confusion matrix")
        classes = {row["true"] for row in table(self.folder / "hostile.figures" / "sweep1-confusion.csv")}
        self.assertIn("'+`touch pwned`+'", classes)
        methods = (self.folder / "hostile.figures" / "methods.md").read_text()
        self.assertNotIn("<script>", methods)

    def test_methods_have_the_numbers(self):
        methods = (self.folder / "asha.figures" / "methods.md").read_text()
        for text in ("ASHA", "after 1, 3 epochs", "scrambled Sobol sequence, seed 42", "5e-5 to 5e-3", "agsweep train --model gpt2-lora", "120 trials",
                     "0.1.0, commit 0123456789ab"):
            self.assertIn(text, methods)
        cited = set(re.findall(r"@([a-z0-9]+)", methods))
        entries = set(re.findall(r"^@\w+\{(\w+),", (self.folder / "asha.figures" / "methods.bib").read_text(), re.M))
        self.assertEqual(cited, entries)
        self.assertLessEqual({"agsweep", "li2020asha", "sobol1967", "hutter2014fanova", "hu2022lora", "radford2019gpt2", "zhang2015agnews"}, cited)

    @unittest.skipUnless(shutil.which("bibtex"), "no bibtex (Debian's texlive-latex-recommended)")
    def test_bibtex_reads_the_works_that_methods_cite(self):
        with tempfile.TemporaryDirectory(prefix="agsweep-") as scratch:
            shutil.copy(self.folder / "asha.figures" / "methods.bib", scratch)
            pathlib.Path(scratch, "paper.aux").write_text("\\citation{*}\n\\bibstyle{plain}\n\\bibdata{methods}\n")
            run = subprocess.run(["bibtex", "paper"], cwd=scratch, capture_output=True, text=True)
            self.assertEqual(run.returncode, 0, run.stdout)
            self.assertNotIn("Warning", run.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
