"""number_at equals how Optuna maps the unit interval to its distributions. Argument: parameter_json."""

import json
import subprocess
import sys

import numpy
import optuna
from optuna._transform import _SearchSpaceTransform
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

CASES = [
    ("log", 1e-5, 1e-2, FloatDistribution(1e-5, 1e-2, log=True)),
    ("log", 0.5, 0.5000001, FloatDistribution(0.5, 0.5000001, log=True)),
    ("range", -0.25, 0.3, FloatDistribution(-0.25, 0.3)),
    ("range", 0.0, 1.0, FloatDistribution(0.0, 1.0)),
    ("int", -3, 12, IntDistribution(-3, 12)),
    ("int", 1, 2, IntDistribution(1, 2)),
    ("log_int", 1, 2, IntDistribution(1, 2, log=True)),
    ("log_int", 2, 64, IntDistribution(2, 64, log=True)),
    ("log_int", 16, 100000, IntDistribution(16, 100000, log=True)),
]


def main(parameter_json):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    # Odd multiples of a power of two that no share of a whole number ends at, so that neither side has to break a tie.
    units = (2 * numpy.arange(2048) + 1) / 4096 + 2.0**-20
    lines = [" ".join(map(repr, map(float, units)))] * len(CASES)
    lines = [f"{scale} {low!r} {high!r} {text}" for (scale, low, high, _), text in zip(CASES, lines)]
    lines.append("values 5 0 " + " ".join(map(repr, map(float, units))))
    ours = subprocess.run([parameter_json], input="\n".join(lines) + "\n", text=True, check=True, capture_output=True).stdout
    ours = [json.loads(line) for line in ours.splitlines()]
    assert len(ours) == len(CASES) + 1

    for (scale, _, _, distribution), numbers in zip(CASES, ours):
        transform = _SearchSpaceTransform({"x": distribution}, transform_log=True, transform_step=True, transform_0_1=True)
        theirs = [transform.untransform(numpy.array([unit]))["x"] for unit in units]
        if scale in ("int", "log_int"):
            assert numbers == theirs, scale
        else:
            numpy.testing.assert_allclose(numbers, theirs, rtol=1e-13, atol=1e-16, err_msg=scale)
        assert all(distribution._contains(distribution.to_internal_repr(number)) for number in theirs), scale

    # A number of a list is its index, as Optuna's internal representation has it.
    choices = ("a", "b", "c", "d", "e")
    categorical = CategoricalDistribution(choices)
    for unit, number in zip(units, ours[-1]):
        assert categorical.to_external_repr(number) == choices[int(unit * len(choices))]


main(sys.argv[1])
