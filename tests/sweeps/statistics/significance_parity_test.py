"""agsweep's tests of differences and bootstrap intervals equal scipy's, statsmodels' and scikit-learn's. Argument: statistics_json."""

import sys
import types

import numpy
import scipy.stats
import sklearn.metrics
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from statistics_tool import ask


def same(ours, theirs):
    numpy.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-12)


def check_sign_flip(statistics_json, random):
    cases = [random.normal(0.3, 1, int(random.integers(2, 13))) for _ in range(20)]
    cases += [numpy.round(case, 1) for case in cases[:10]]  # with ties
    for ours, case in zip(ask(statistics_json, [{"what": "sign_flip", "differences": case.tolist()} for case in cases]), cases):
        # Of an odd statistic's null distribution scipy doubles the smaller tail, which is both tails.
        theirs = scipy.stats.permutation_test((case,), lambda x, axis: numpy.mean(x, axis=axis), permutation_type="samples", vectorized=True,
                                              n_resamples=numpy.inf)
        same(ours, min(1, theirs.pvalue))


def check_bca(statistics_json, random):
    cases = [random.normal(0.92, 0.01, count) for count in (2, 3, 10, 20)] + [random.exponential(1, 12), numpy.round(random.normal(size=9))]
    for ours, case in zip(ask(statistics_json, [{"what": "bca_interval", "values": case.tolist(), "resamples": 2000} for case in cases]), cases):
        earlier = types.SimpleNamespace(bootstrap_distribution=numpy.array(ours["means"]))
        theirs = scipy.stats.bootstrap((case,), numpy.mean, method="BCa", n_resamples=0, bootstrap_result=earlier, vectorized=True)
        same([ours["low"], ours["high"]], theirs.confidence_interval)


def check_holm(statistics_json, random):
    cases = [random.random(count) ** 3 for count in (1, 2, 5, 9)] + [numpy.array([0.02, 0.02, 0.5, 0.01])]
    for ours, case in zip(ask(statistics_json, [{"what": "holm", "p": case.tolist()} for case in cases]), cases):
        same(ours, multipletests(case, method="holm")[1])


def check_mcnemar(statistics_json, random):
    cases = [(0, 0), (5, 5), (0, 7), (180, 240)] + [tuple(map(int, random.integers(0, 60, 2))) for _ in range(20)]
    answers = ask(statistics_json, [{"what": "mcnemar", "first": first, "second": second} for first, second in cases])
    for ours, (first, second) in zip(answers, cases):
        same(ours, 1 if first + second == 0 else mcnemar([[100, first], [second, 20]], exact=True).pvalue)


def check_macro_f1(statistics_json, random):
    cases = [(random.integers(0, classes, 50), random.integers(0, classes, 50), classes) for classes in (2, 4, 9)]
    cases.append((numpy.array([0, 1, 1]), numpy.array([1, 1, 0]), 4))  # classes that are nowhere
    questions = [{"what": "macro_f1", "labels": labels.tolist(), "predicted": predicted.tolist(), "classes": classes}
                 for labels, predicted, classes in cases]
    for ours, (labels, predicted, classes) in zip(ask(statistics_json, questions), cases):
        same(ours, sklearn.metrics.f1_score(labels, predicted, average="macro"))


def check_row_interval(statistics_json, random):
    """Against scipy's percentile bootstrap of the same statistic: both are random, so only nearly."""
    labels = random.integers(0, 3, 400)

    def noisy(share):
        return numpy.where(random.random(400) < share, random.integers(0, 3, 400), labels)

    first, second = [noisy(0.1) for _ in range(3)], [noisy(0.2) for _ in range(3)]
    low, high = next(ask(statistics_json, [{"what": "row_interval", "classes": 3, "labels": labels.tolist(), "resamples": 4000,
                                            "first": [p.tolist() for p in first], "second": [p.tolist() for p in second]}]))

    def f1(rows, predicted):
        right = numpy.bincount(labels[rows][labels[rows] == predicted[rows]], minlength=3)
        return numpy.mean(2 * right / (numpy.bincount(labels[rows], minlength=3) + numpy.bincount(predicted[rows], minlength=3)))

    def difference(rows):
        return numpy.mean([f1(rows, a) - f1(rows, b) for a, b in zip(first, second)])

    theirs = scipy.stats.bootstrap((numpy.arange(400),), difference, method="percentile", n_resamples=4000, vectorized=False,
                                   rng=numpy.random.default_rng(1)).confidence_interval
    numpy.testing.assert_allclose([low, high], theirs, atol=0.06 * (theirs.high - theirs.low))


def main(statistics_json):
    random = numpy.random.default_rng(5)
    for check in (check_sign_flip, check_bca, check_holm, check_mcnemar, check_macro_f1, check_row_interval):
        check(statistics_json, random)


main(sys.argv[1])
