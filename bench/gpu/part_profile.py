"""Where the time of a step goes: each kernel's share on the device, by Nsight Compute, which runs them one after the other."""

import collections
import csv
import re
import shutil

COMMON = ("--metrics", "gpu__time_duration.sum", "--csv", "--print-units", "base", "--clock-control", "none")
LAUNCHES = 1000
SHOWN = 12


def run(machine, report):
    ncu = shutil.which("ncu") or shutil.which("ncu", path="/usr/local/cuda/bin")
    if ncu is None:
        report.row("ncu", "not on this machine")
        return
    for model in ("scratch", "gpt2-lora"):
        with report.attempt(model):
            command = [machine.program("train_step_bench"), *machine.model_options(model), "--precision", "bf16", "--shards", 1]
            result = machine.run(ncu, *COMMON, "--launch-skip", LAUNCHES, "--launch-count", LAUNCHES, *command, *machine.graphs("off"),
                                 machine.data(), 40, limit=80)
            show(report, model, kernels(result.output))


def kernels(output):
    """[(name, nanoseconds)] of ncu's CSV, which other output surrounds."""
    lines = output.splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith('"ID"'))
    rows = csv.DictReader(line for line in lines[begin:] if line.startswith('"'))
    return [(row["Kernel Name"], float(row["Metric Value"].replace(",", ""))) for row in rows]


def short(name):
    """A kernel's name without its arguments and namespaces."""
    return re.sub(r"\w+::", "", re.sub(r"^void |\(.*", "", name))[:60]


def show(report, model, launched):
    steps = max(1, sum(short(name).startswith("adamw_kernel") for name, _ in launched))  # one a step
    times, counts = collections.Counter(), collections.Counter(short(name) for name, _ in launched)
    for name, nanoseconds in launched:
        times[short(name)] += nanoseconds
    total = sum(times.values())
    report.row(f"{model}: all kernels", f"{total / steps / 1e3:.0f} us, {len(launched) / steps:.0f} launches a step (mean of {steps})")
    for name, nanoseconds in times.most_common(SHOWN):
        report.row(f"{model}: {name}", f"{nanoseconds / steps / 1e3:6.1f} us  {nanoseconds / total:4.0%}  {counts[name] / steps:.1f} launches")
