"""Over 100 seeds of noisy learning curves, the configuration that agsweep's ASHA chooses is truly as good as the one that a simple reference
simulation (asha_reference.py) chooses on the same curves, speeds and failures. Argument: asha_choice_json."""

import json
import subprocess
import sys

import numpy

from asha_reference import simulate

SEEDS, TRIALS, EPOCHS, WORKERS, ETA, RUNGS = 100, 100, 27, 10, 3, [1, 3, 9, 27]
TOLERANCE = 0.5  # ranks, of the mean


def curves(seed):
    """Power laws that fall short of a limit, with noise: some start slowly and end well. Returns the trials, and each one's true rank."""
    random = numpy.random.default_rng(seed)
    epochs = numpy.arange(1, EPOCHS + 1)
    limit = 0.92 - 0.1 * random.beta(1, 3, TRIALS)
    gap = random.uniform(0.05, 0.4, TRIALS)
    slope = random.uniform(0.6, 1.5, TRIALS)
    true = limit[:, None] - gap[:, None] * epochs ** -slope[:, None]
    seen = true + random.normal(0, 0.005, true.shape)
    trials = []
    for scores in seen:
        trials.append({"scores": [round(score, 6) for score in scores.tolist()], "seconds": 10 ** random.random(), "delay": 0.0,
                       "fails_in": 0, "fails_after": random.random()})
        if random.random() < 0.1:
            trials[-1]["delay"] = 5 * random.random()
        if random.random() < 0.05:
            trials[-1]["fails_in"] = int(random.choice([2, 4, 10, random.integers(1, EPOCHS + 1)]))  # 2, 4, 10: right after a rung
    rank = numpy.argsort(numpy.argsort(-true[:, -1]))
    return trials, rank


def main(asha_choice_json):
    sweeps = [curves(seed) for seed in range(SEEDS)]
    lines = [json.dumps({"workers": WORKERS, "eta": ETA, "min_epochs": RUNGS[0], "trials": trials}) for trials, _ in sweeps]
    output = subprocess.run([asha_choice_json], input="\n".join(lines), text=True, check=True, capture_output=True).stdout
    ours = [json.loads(line) for line in output.splitlines()]
    assert len(ours) == SEEDS
    reference = [simulate(trials, WORKERS, RUNGS, ETA) for trials, _ in sweeps]

    our_ranks = [rank[one["chosen"]] for one, (_, rank) in zip(ours, sweeps)]
    reference_ranks = [rank[chosen] for (chosen, _), (_, rank) in zip(reference, sweeps)]
    same = sum(one["chosen"] == chosen for one, (chosen, _) in zip(ours, reference))
    print(f"mean true rank of {TRIALS}: ours {numpy.mean(our_ranks):.2f}, reference {numpy.mean(reference_ranks):.2f}; same choice {same}")
    print(f"epochs: ours {sum(one['epochs'] for one in ours)}, reference {sum(epochs for _, epochs in reference)}")
    assert numpy.mean(our_ranks) <= numpy.mean(reference_ranks) + TOLERANCE
    assert numpy.mean(our_ranks) < TRIALS / 10  # a random choice has TRIALS / 2


main(sys.argv[1])
