"""Unscrambled Sobol points equal scipy's; scrambled ones are spread as evenly as scipy's. Argument: sobol_json."""

import json
import subprocess
import sys
import warnings

import numpy
from scipy.stats import ks_2samp, qmc

SEEDS = 100


def points(sobol_json, lines):
    answer = subprocess.run([sobol_json], input="\n".join(lines) + "\n", text=True, check=True, capture_output=True).stdout
    return [numpy.array(json.loads(line)) for line in answer.splitlines()]


def check_unscrambled(sobol_json):
    cases = [(1, 0, 64), (40, 0, 1024), (200, 0, 64), (12, 12_345_678, 64), (3, 2**24 - 32, 64)]
    ours = points(sobol_json, [" ".join(map(str, case)) for case in cases])
    for (dimensions, first, count), mine in zip(cases, ours):
        sobol = qmc.Sobol(dimensions, scramble=False, bits=32)
        if first > 0:
            sobol.fast_forward(first)
        theirs = sobol.random(count)
        numpy.testing.assert_array_equal(mine, theirs, err_msg=f"{dimensions} dimensions from {first}")


def check_scrambled(sobol_json):
    warnings.filterwarnings("ignore", "The balance properties")  # 100 is no power of two
    # Both scramble by a random matrix and a shift, so the centred L2-discrepancies over seeds come from one distribution.
    for dimensions, count in [(2, 32), (5, 64), (5, 100), (12, 256)]:
        ours = points(sobol_json, [f"{dimensions} 0 {count} {seed}" for seed in range(SEEDS)])
        ours = [qmc.discrepancy(one) for one in ours]
        theirs = [qmc.discrepancy(qmc.Sobol(dimensions, rng=seed).random(count)) for seed in range(SEEDS)]
        uniform = [qmc.discrepancy(numpy.random.default_rng(seed).random((count, dimensions))) for seed in range(SEEDS)]
        same = ks_2samp(ours, theirs).pvalue
        print(f"{dimensions} x {count}: discrepancy {numpy.mean(ours):.3g}, scipy {numpy.mean(theirs):.3g}, "
              f"random {numpy.mean(uniform):.3g}; same distribution: p {same:.2f}")
        assert same > 0.01, (dimensions, count)
        assert numpy.mean(ours) < 0.8 * numpy.mean(uniform), (dimensions, count)


check_unscrambled(sys.argv[1])
check_scrambled(sys.argv[1])
