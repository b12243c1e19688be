"""Corpora other than AG News: many classes, two, pairs of texts, other files' layouts; how far a model's confidence can be believed.

Arguments: AGSWEEP TOKENIZER_DIR.
"""

import csv
import json
import pathlib
import random
import sys

import h5py
import numpy
from sklearn.metrics import precision_recall_fscore_support

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, main, tiny  # noqa: E402

WORDS = "river stone cloud lamp garden engine paper window bridge market forest signal copper winter harbour silver".split()


def softmax(logits):
    powers = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def expected_calibration_error(probabilities, labels, bins=15):
    """Guo et al. 2017, by the definition."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    error = 0
    for i in range(bins):
        inside = (confidence > i / bins) & (confidence <= (i + 1) / bins)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return error


class Corpora(ProgramTest):
    def write(self, name, rows, delimiter=",", **how):
        with open(self.folder / name, "w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=delimiter, lineterminator="\n", **how).writerows(rows)

    def prepare(self, *options, out="data.h5"):
        path = self.folder / out
        printed = self.program.run("prepare", "--csv-dir", self.folder, "--tokenizer", self.program.tokenizer, "--out", path, "--json", *options).check()
        return path, json.loads(printed.stdout), printed.stderr

    def trained(self, data, *options):
        run = self.folder / "run"
        self.program.run("train", "--data", data, "--out", run, *tiny(*options)).check()
        return run, json.loads((run / "result.json").read_text())

    def evaluated(self, run, data, *options):
        out = self.folder / "predictions.csv"
        printed = self.program.run("evaluate", run, "--data", data, "--out", out, "--json", *options).check()
        rows = numpy.loadtxt(out, delimiter=",", skiprows=1)
        return json.loads(printed.stdout), rows[:, 1].astype(int), rows[:, 2].astype(int), rows[:, 3:]

    def same_as_scikit_learn(self, metrics, truth, predicted):
        macro = precision_recall_fscore_support(truth, predicted, average="macro", zero_division=0)
        ours = [metrics[name] for name in ("precision_macro", "recall_macro", "f1_macro")]
        numpy.testing.assert_allclose(ours, macro[:3], rtol=1e-12)

    def test_seventy_seven_classes_of_which_the_test_rows_lack_some(self):
        rng = random.Random(3)
        names = [f"intent {i}, really" for i in range(77)]
        rows = [[f"{rng.choice(WORDS)} intent{i % 77} {rng.choice(WORDS)}", names[i % 77]] for i in range(77 * 12)]
        self.write("train.csv", [["text", "category"], *rows])
        self.write("test.csv", [["text", "category"], *rows[:150:2]])  # 75 rows: 0, 2, .., 76, 1, 3, ..
        data, report, warned = self.prepare("--columns", "category,text")
        self.assertEqual(report["class_names"], sorted(names))
        self.assertIn("test has no row of", warned)
        run, result = self.trained(data, "--epochs", 2)
        metrics, truth, predicted, logits = self.evaluated(run, data)
        self.assertEqual(logits.shape, (75, 77))
        self.same_as_scikit_learn(metrics, truth, predicted)
        self.assertEqual(metrics["f1_macro"], result["test"]["f1_macro"])
        page = self.program.run("predict", run, "--csv", self.folder / "test.csv", "--text-columns", "text").check().stdout.splitlines()
        self.assertEqual([line.split("\t")[0] for line in page[1:]], [sorted(names)[label] for label in predicted])

    def test_pairs_in_a_tab_separated_file_are_joined_by_a_line_break(self):
        rng = random.Random(4)
        rows = [[f'A "{rng.choice(WORDS)}"', f"the {rng.choice(WORDS)}", ["no", "maybe", "yes"][i % 3]] for i in range(120)]
        for name, part in (("train.tsv", rows), ("test.tsv", rows[:30])):
            self.write(name, [["premise", "hypothesis", "label"], *part], delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None)
        layout = ("--columns", "label,premise,hypothesis", "--quotes", "off", "--join", "newline")
        data, report, _ = self.prepare(*layout)
        self.assertEqual((report["join"], report["class_names"]), ("newline", ["maybe", "no", "yes"]))
        with h5py.File(data) as file:
            self.assertEqual(file.attrs["join"], b"newline")
            self.assertIn(198, file["test/tokens"][:])  # a line feed, in GPT-2's vocabulary
        run, result = self.trained(data)
        self.assertIn('join = "newline"', (run / "config.toml").read_text())
        _, _, predicted, _ = self.evaluated(run, data)
        by_file = self.program.run("predict", run, "--csv", self.folder / "test.tsv", "--text-columns", "premise,hypothesis", "--quotes", "off").check()
        self.assertEqual([line.split("\t")[0] for line in by_file.stdout.splitlines()[1:]], [report["class_names"][label] for label in predicted])

    def test_two_classes_and_a_corpus_from_elsewhere_with_its_calibration(self):
        rng = random.Random(5)

        def rows(count, noise):
            return [[f"{rng.choice(WORDS)} {'good' if (i + (rng.random() < noise)) % 2 else 'bad'} {rng.choice(WORDS)}", "np"[i % 2]]
                    for i in range(count)]

        self.write("train.csv", rows(200, 0.1), delimiter=";")
        self.write("test.csv", rows(100, 0.1), delimiter=";")
        data, report, _ = self.prepare("--columns", "2,1", "--delimiter", ";")
        self.assertEqual(report["class_names"], ["n", "p"])
        run, _ = self.trained(data, "--epochs", 6, "--lr", 0.01)
        own, *_ = self.evaluated(run, data)
        self.assertIs(own["out_of_distribution"], False)

        # Elsewhere the classes stand in another order.
        self.write("test.csv", rows(333, 0.4), delimiter=";")
        (self.folder / "classes.txt").write_text("p\nn\n")
        other, _, _ = self.prepare("--columns", "2,1", "--delimiter", ";", out="other.h5")
        figures = self.folder / "figures"
        metrics, truth, predicted, logits = self.evaluated(run, other, "--figures", figures)
        self.assertIs(metrics["out_of_distribution"], True)
        with h5py.File(other) as file:
            self.assertEqual(truth.tolist(), [1 - label for label in file["test/labels"][:]])
        self.same_as_scikit_learn(metrics, truth, predicted)
        probabilities = softmax(logits)
        calibration = metrics["calibration"]
        self.assertAlmostEqual(calibration["ece"], expected_calibration_error(probabilities, truth), delta=1e-6)
        confidence, right = probabilities.max(axis=1), predicted == truth
        self.assertAlmostEqual(calibration["confidence_right"], confidence[right].mean(), delta=1e-6)
        self.assertAlmostEqual(calibration["confidence_wrong"], confidence[~right].mean(), delta=1e-6)
        self.assertEqual((calibration["right"], calibration["wrong"]), (right.sum(), (~right).sum()))
        self.assertEqual(sum(part["rows"] for part in calibration["bins"]), 333)
        self.assertEqual({path.name for path in figures.iterdir()}, {"reliability.svg", "reliability.pdf", "reliability.csv"})
        self.assertIn("calibration", (self.program.run("evaluate", run, "--data", other).check().stdout))

    def test_the_loss_has_its_standard_error(self):
        self.write("train.csv", [[i % 2, f"{WORDS[i % 7]} {WORDS[i % 5]} {i}"] for i in range(200)])
        self.write("test.csv", [["0", "a text"], ["1", "another"]])
        data, *_ = self.prepare("--columns", "1,2")
        run, result = self.trained(data, "--epochs", 2)
        _, truth, _, logits = self.evaluated(run, data, "--split", "val")
        losses = -numpy.log(softmax(logits)[numpy.arange(len(truth)), truth])
        self.assertAlmostEqual(result["best"]["val"]["loss"], losses.mean(), delta=1e-6)
        self.assertAlmostEqual(result["best"]["val_loss_standard_error"], losses.std() / numpy.sqrt(len(truth)), delta=1e-6)

    def test_a_corpus_of_other_classes_is_refused(self):
        self.write("train.csv", [["a" if i % 2 else "b", f"text {i} {i}"] for i in range(80)])
        self.write("test.csv", [["a", "some words"], ["b", "other words"]])
        data, _, _ = self.prepare("--columns", "1,2")
        run = self.train("news")
        self.refused(4, ["classes", '"a"', '"World"'], "evaluate", run, "--data", data)


if __name__ == "__main__":
    main()
