"""agsweep's intervals, rank correlations and expected best values equal scipy's and the published formula. Argument: statistics_json."""

import sys

import numpy
import scipy.stats

from statistics_tool import ask


def same(ours, theirs):
    numpy.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-13)


def check_mean_interval(statistics_json, random):
    samples = [random.normal(0.92, 0.01, count).tolist() for count in (2, 3, 5, 6, 10, 30, 200)]
    for (mean, half_width), values in zip(ask(statistics_json, [{"what": "mean_interval", "values": v} for v in samples]), samples):
        low, high = scipy.stats.t.interval(0.95, len(values) - 1, numpy.mean(values), scipy.stats.sem(values))
        same([mean, mean - half_width, mean + half_width], [numpy.mean(values), low, high])


def check_rank_correlation(statistics_json, random):
    questions = []
    for case in range(60):
        count = int(random.integers(2, 60))
        first = random.normal(size=count)
        second = random.normal(size=count) + first * random.normal()
        if case % 3 > 0:  # ties on one side or on both
            first = numpy.round(first)
        if case % 3 > 1:
            second = numpy.round(second, 1)
        questions.append({"what": "rank_correlation", "first": first.tolist(), "second": second.tolist()})
    for (spearman, kendall), question in zip(ask(statistics_json, questions), questions):
        first, second = question["first"], question["second"]
        if len(set(first)) == 1 or len(set(second)) == 1:
            assert spearman is None and kendall is None
            continue
        same(spearman, scipy.stats.spearmanr(first, second).statistic)
        same(kendall, scipy.stats.kendalltau(first, second, variant="b").statistic)


def published(scores, budget):
    """Dodge et al. 2019, equations 6 to 8, over the distinct scores; and the variance as E[V^2] - E[V]^2."""
    values = sorted(set(scores))
    at_most = [sum(score <= value for score in scores) / len(scores) for value in values]
    below = [sum(score < value for score in scores) / len(scores) for value in values]
    chance = [a**budget - b**budget for a, b in zip(at_most, below)]
    mean = sum(value * p for value, p in zip(values, chance))
    return mean, (sum(value**2 * p for value, p in zip(values, chance)) - mean**2) ** 0.5


def check_expected_best(statistics_json, random):
    samples = [random.normal(size=1), random.normal(size=7), random.normal(size=40), numpy.round(random.normal(size=50), 1)]
    curves = list(ask(statistics_json, [{"what": "expected_best", "scores": scores.tolist()} for scores in samples]))
    for curve, scores in zip(curves, samples):
        assert len(curve) == len(scores)
        for budget, (mean, deviation) in enumerate(curve, start=1):
            numpy.testing.assert_allclose([mean, deviation], published(scores.tolist(), budget), rtol=1e-9, atol=1e-7)

    scores, draws = samples[2], 20000
    for budget in (1, 5, 20, 40):
        best = random.choice(scores, (draws, budget)).max(axis=1)
        mean, deviation = curves[2][budget - 1]
        assert abs(best.mean() - mean) < 4 * deviation / draws**0.5, budget
        assert abs(best.std() / deviation - 1) < 0.05, budget


def main(statistics_json):
    random = numpy.random.default_rng(11)
    check_mean_interval(statistics_json, random)
    check_rank_correlation(statistics_json, random)
    check_expected_best(statistics_json, random)


main(sys.argv[1])
