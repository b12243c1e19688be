"""agsweep's ASHA rungs equal those from Python's unbounded integers. Argument: schedule_json."""

import json
import random
import subprocess
import sys

MOST = 2**63 - 1


def rungs(min_epochs, eta, epochs):
    k, below = 0, []
    while min_epochs * eta**k < epochs:
        below.append(min_epochs * eta**k)
        k += 1
    return below + [epochs]


def cases():
    for epochs in range(1, 60):
        for eta in range(2, 6):
            for min_epochs in range(1, epochs + 1):
                yield min_epochs, eta, epochs
    # Powers and their neighbours, where a logarithm in doubles would be off by one.
    for eta in range(2, 20):
        power = eta
        while power < MOST:
            for epochs in (power - 1, power, power + 1):
                yield 1, eta, min(epochs, MOST)
            power *= eta
    draw = random.Random(5)
    for _ in range(2000):
        epochs = draw.randint(1, 2 ** draw.randint(1, 63) - 1)
        yield draw.randint(1, max(1, epochs >> draw.randint(0, 62))), draw.randint(2, 2 ** draw.randint(2, 63) - 1), epochs
    yield from [(1, 3, 243), (1, 2, MOST), (MOST, 2, MOST), (MOST - 1, MOST, MOST), (1, MOST, MOST)]


def main(schedule_json):
    asked = list(cases())
    lines = "\n".join(f"rungs {a} {b} {c}" for a, b, c in asked)
    answers = subprocess.run([schedule_json], input=lines, text=True, check=True, capture_output=True).stdout.splitlines()
    assert len(answers) == len(asked)
    for case, answer in zip(asked, answers):
        assert json.loads(answer) == rungs(*case), (case, answer)
    print(f"{len(asked)} cases")


main(sys.argv[1])
