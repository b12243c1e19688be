"""What the comparisons of training steps share: running train_step_bench, a step in PyTorch, and rounds of the two that alternate, so that
what else the machine does slows both. A round's figure is the median of its steps after the first two, in which libraries compile kernels.
"""

import json
import os
import statistics
import subprocess
import time

import torch

WARM_UP = 2


def median_step(seconds):
    return statistics.median(seconds[WARM_UP:])


def run_bench(program, data, steps, *options, ranks=None):
    """-> the program's {"seconds": [...], "peak_bytes": n}"""
    command = [program, data, str(steps), *map(str, options)]
    if ranks is not None:
        command = ["mpirun", "-n", str(ranks), "--bind-to", "core", *command]
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment).stdout)


def rows_of(step, batch):
    """The rows that train_step_bench takes."""
    return list(range(step * batch, (step + 1) * batch))


def pytorch_seconds(batches, loss_of, parameters, optimiser, precision):
    """Seconds of a step with each batch: loss under autocast, gradients, clipping, update."""
    seconds = []
    for batch in batches:
        begin = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
            loss = loss_of(batch)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        seconds.append(time.perf_counter() - begin)
    return seconds


def compare(label, rounds, sides):
    """Alternates two sides, {name: function that gives a round's seconds}, and prints each one's median and that of the ratios."""
    times = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            times[name].append(side())
    first, second = times.values()
    ratio = statistics.median(b / a for a, b in zip(first, second))
    medians = "   ".join(f"{name} {statistics.median(seconds):.3f} s" for name, seconds in times.items())
    print(f"{label}  {medians}   ratio {ratio:.2f}", flush=True)
