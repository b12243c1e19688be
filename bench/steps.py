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


def marks_seconds(marks):
    """Between one mark of time_mark() and the next."""
    if isinstance(marks[0], float):
        return [end - begin for begin, end in zip(marks, marks[1:])]
    torch.cuda.synchronize()
    return [begin.elapsed_time(end) / 1000 for begin, end in zip(marks, marks[1:])]


def time_mark(device):
    """Of what was asked of the device up to here, which the device itself notes when it is done: nothing waits."""
    if device == "cpu":
        return time.perf_counter()
    mark = torch.cuda.Event(enable_timing=True)
    mark.record()
    return mark


def pytorch_seconds(batches, loss_of, parameters, optimiser, precision, device="cpu"):
    """Seconds of a step with each batch: loss under autocast, gradients, clipping, update."""
    marks = [time_mark(device)]
    for batch in batches:
        with torch.autocast(device, dtype=torch.bfloat16, enabled=precision == "bf16"):
            loss = loss_of(batch)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        marks.append(time_mark(device))
    return marks_seconds(marks)


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
