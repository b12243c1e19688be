"""agsweep's metrics equal scikit-learn's on random confusion matrices, absent classes among them. Argument: metrics_json."""

import json
import subprocess
import sys

import numpy
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support


def main(metrics_json):
    random = numpy.random.default_rng(5)
    cases = []
    for trial in range(200):
        classes = int(random.integers(2, 7))
        rows = int(random.integers(1, 300))
        # Some classes are never true, some never predicted.
        truth = random.choice(random.permutation(classes)[: random.integers(1, classes + 1)], rows)
        predicted = random.choice(random.permutation(classes)[: random.integers(1, classes + 1)], rows)
        predicted = numpy.where(random.random(rows) < random.random(), truth, predicted)
        cases.append((classes, truth, predicted))

    lines = []
    for classes, truth, predicted in cases:
        counts = confusion_matrix(truth, predicted, labels=range(classes))
        lines.append(" ".join(map(str, [classes, *counts.flatten()])))
    ours = subprocess.run([metrics_json], input="\n".join(lines), text=True, check=True, capture_output=True).stdout.splitlines()
    assert len(ours) == len(cases)

    for line, (classes, truth, predicted) in zip(ours, cases):
        metrics = json.loads(line)
        options = {"labels": range(classes), "zero_division": 0}
        macro = precision_recall_fscore_support(truth, predicted, average="macro", zero_division=0)  # of the labels that occur
        weighted = precision_recall_fscore_support(truth, predicted, average="weighted", zero_division=0)
        same = lambda a, b: numpy.testing.assert_allclose(a, b, rtol=1e-14, atol=0)
        same(metrics["accuracy"], accuracy_score(truth, predicted))
        same([metrics["precision_macro"], metrics["recall_macro"], metrics["f1_macro"]], macro[:3])
        same(metrics["f1_weighted"], weighted[2])
        same(metrics["per_class"], numpy.transpose(precision_recall_fscore_support(truth, predicted, average=None, **options)))


main(sys.argv[1])
