"""Where the time of a step goes: what host and device do in a step with graphs, by PyTorch's profiler; each kernel's share on the device,
by Nsight Compute, which runs them one after the other."""

import collections
import csv
import json
import re
import shutil

COMMON = ("--metrics", "gpu__time_duration.sum", "--csv", "--print-units", "base", "--clock-control", "none")
LAUNCHES = 1000
SHOWN = 12
TRACED = 150  # steps, behind as many in which graphs are recorded


def run(machine, report):
    for model in ("scratch", "gpt2-lora"):
        with report.attempt(f"{model}: trace"):
            file = machine.folder() / "trace.json"
            machine.step_bench(machine.data(), 2 * TRACED, *machine.model_options(model), "--precision", "bf16", "--shards", 1,
                               *machine.graphs("on"), env={"TRACE": file})
            show_trace(report, model, json.loads(file.read_text())["traceEvents"])
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


def show_trace(report, model, events):
    """The host may ask whether the device has come somewhere, but no call of a step may wait for it."""
    on_device = sorted((e for e in events if e.get("cat") in ("kernel", "gpu_memcpy", "gpu_memset")), key=lambda e: e["ts"])
    begin, end = on_device[0]["ts"], on_device[-1]["ts"]  # behind that the profiler itself waits
    calls = collections.Counter(e["name"] for e in events if e.get("cat") in ("cuda_runtime", "cuda_driver") and begin <= e["ts"] <= end)
    told = ", ".join(f"{name} {count / TRACED:.1f}" for name, count in calls.most_common(6))
    waits = sum(count for name, count in calls.items() if "Synchronize" in name or name in ("cudaMemcpy", "cudaMalloc", "cudaFree"))
    report.row(f"{model}: host's calls a step", told)
    report.row(f"{model}: calls that wait for the device", f"{waits} in {TRACED} steps", "none", waits == 0)
    busy, reached = 0.0, begin
    for event in on_device:
        until = event["ts"] + event["dur"]
        busy += max(0.0, until - max(reached, event["ts"]))
        reached = max(reached, until)
    report.row(f"{model}: device busy", f"{busy / (reached - begin):.0%} of {(reached - begin) / TRACED:.0f} us a step, traced")


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
