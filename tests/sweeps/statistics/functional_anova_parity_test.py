"""agsweep's importances agree with Optuna's FanovaImportanceEvaluator. Argument: statistics_json.

Optuna measures a log parameter on its linear scale, so it is given the logarithm as a plain parameter here; and each text as a column of
its own that is 0 or 1.
"""

import json
import math
import subprocess
import sys

import numpy
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import FanovaImportanceEvaluator

TOLERANCE = 0.05
CLEAR_GAP = 0.1  # importances further apart have the same order in both


def rate_and_layers(p):
    return -((math.log10(p[0]) + 3) ** 2) - 0.1 * (p[1] - 4) ** 2 + 0.1 * p[2]


def product(p):
    return math.log10(p[0]) * p[1] * (1 + p[2])


def chosen_text(p):
    return [0.0, 1.0, 0.5][int(p[0])] + 0.8 * p[1] + 0.2 * math.log10(p[2])


def ishigami(p):
    return math.sin(p[0]) + 7 * math.sin(p[1]) ** 2 + 0.1 * p[2] ** 4 * math.sin(p[0])


UNIT = {"range": [0, 1]}
ANGLE = {"range": [-math.pi, math.pi]}
# name: function, space, configurations
CASES = {
    "rate and layers": (rate_and_layers, [{"log": [1e-5, 1e-1]}, {"int": [1, 12]}, UNIT], 150),
    "product": (product, [{"log": [1e-4, 1e-1]}, UNIT, UNIT], 150),
    "chosen text": (chosen_text, [{"values": ["a", "b", "c"]}, UNIT, {"log": [1e-2, 1]}], 200),
    "two texts": (chosen_text, [{"values": ["a", "b"]}, UNIT, {"log": [1e-2, 1]}], 60),
    "Ishigami": (ishigami, [ANGLE, ANGLE, ANGLE], 250),
}


def random_points(space, count, random):
    columns = []
    for entry in space:
        ((scale, limits),) = entry.items()
        if scale == "values":
            columns.append(random.integers(0, len(limits), count))
        elif scale == "int":
            columns.append(random.integers(limits[0], limits[1] + 1, count))
        elif scale == "log":
            columns.append(numpy.exp(random.uniform(*numpy.log(limits), count)))
        else:
            columns.append(random.uniform(*limits, count))
    return numpy.stack(columns, axis=1).astype(float)


def optunas(space, points, scores):
    study = optuna.create_study(direction="maximize")
    distributions = {}
    columns = []
    for i, entry in enumerate(space):
        ((scale, limits),) = entry.items()
        column = points[:, i].tolist()
        if scale == "values":
            distributions[str(i)] = CategoricalDistribution(list(range(len(limits))))
            column = list(map(int, column))
        elif scale == "int":
            distributions[str(i)] = IntDistribution(*limits)
            column = list(map(int, column))
        elif scale == "log":
            distributions[str(i)] = FloatDistribution(*numpy.log(limits).tolist())
            column = numpy.log(column).tolist()
        else:
            distributions[str(i)] = FloatDistribution(*limits)
        columns.append(column)
    for row, score in zip(zip(*columns), scores):
        params = {str(i): value for i, value in enumerate(row)}
        study.add_trial(optuna.trial.create_trial(params=params, distributions=distributions, value=score))
    importance = FanovaImportanceEvaluator(n_trees=64, max_depth=64, seed=0).evaluate(study)
    return [importance[str(i)] for i in range(len(space))]


def main(statistics_json):
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    random = numpy.random.default_rng(2)
    questions = []
    for function, space, count in CASES.values():
        points = random_points(space, count, random)
        scores = [function(point) for point in points]
        questions.append({"what": "functional_anova", "space": space, "points": points.tolist(), "scores": scores, "seed": 1})
    lines = "\n".join(map(json.dumps, questions))
    answers = subprocess.run([statistics_json], input=lines, text=True, check=True, capture_output=True).stdout.splitlines()

    for name, question, answer in zip(CASES, questions, map(json.loads, answers), strict=True):
        ours = [mean for mean, _, _ in answer["parameters"]]
        theirs = optunas(question["space"], numpy.array(question["points"]), question["scores"])
        print(f"{name:16} agsweep {numpy.round(ours, 3)}  Optuna {numpy.round(theirs, 3)}")
        numpy.testing.assert_allclose(ours, theirs, rtol=0, atol=TOLERANCE, err_msg=name)
        for i, high in enumerate(theirs):
            for j, low in enumerate(theirs):
                assert high - low < CLEAR_GAP or ours[i] > ours[j], (name, i, j)
        for mean, low, high in answer["parameters"]:
            assert 0 <= low <= mean <= high <= 1 + 1e-9, name
        assert abs(sum(ours) + answer["interactions"] - 1) < 1e-6, name


main(sys.argv[1])
