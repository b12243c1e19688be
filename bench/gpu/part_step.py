"""The scratch model: 30 steps on the device against the CPU's, equal bits where they are promised, and the time of a step."""

import statistics
from concurrent.futures import ThreadPoolExecutor

from pytorch_step import compare_pytorch, late
from trained import Trained

STEPS = 30


def run(machine, report):
    with report.attempt("30 steps"):
        compare_runs(machine, report)
    with report.attempt("time of a step"):
        time_steps(machine, report)


RUNS = {  # name: options; the device's unless it is said
    "cpu fp32": ["--device", "cpu", "--precision", "fp32"],
    "cpu bf16": ["--device", "cpu", "--precision", "bf16"],
    "fp32": ["--precision", "fp32", "--graphs", "on"],
    "fp32 again": ["--precision", "fp32", "--graphs", "on"],
    "fp32 eager": ["--precision", "fp32", "--graphs", "off"],
    "bf16": ["--precision", "bf16", "--graphs", "on"],
    "bf16 again": ["--precision", "bf16", "--graphs", "on"],
    "bf16 eager": ["--precision", "bf16", "--graphs", "off"],
}


def compare_runs(machine, report):
    batch = 16 if machine.tiny else 64  # the CPU works on one shard with one thread
    data, folder = machine.corpus(2400), machine.folder()
    common = [*machine.model_options("scratch", batch), "--data", data, "--train-limit", STEPS * batch, "--epochs", 1, "--max-steps", STEPS,
              "--shards", 1, "--reduction", "tree", "--threads", 1]

    def trained(name):
        options = [word for word in RUNS[name] if not machine.tiny or word not in ("--graphs", "on", "off")]
        with report.attempt(f"run {name}"):
            machine.agsweep("train", "--out", folder / name.replace(" ", "-"), *without(common, options), *options)
            return Trained(folder / name.replace(" ", "-"))

    with ThreadPoolExecutor(len(RUNS) if not machine.tiny else 1) as pool:
        runs = {name: run for name, run in zip(RUNS, pool.map(trained, RUNS)) if run}

    with report.attempt("fp32 against the CPU"):
        (loss, norm, weights), worst = runs["fp32"].distance(runs["cpu fp32"])
        report.row("30 steps fp32: losses", f"{loss:.1e}", "1e-4 of the CPU's", loss <= 1e-4)
        report.row("30 steps fp32: norms", f"{norm:.1e}", "1e-4 of the CPU's", norm <= 1e-4)
        report.row("30 steps fp32: weights", f"{weights:.1e} ({worst})", "1e-4 of the CPU's", weights <= 1e-4)
    with report.attempt("bf16 against the CPU"):
        found, _ = runs["bf16"].distance(runs["cpu bf16"])
        rounding, _ = runs["cpu bf16"].distance(runs["cpu fp32"])
        for what, here, there in zip(("losses", "norms", "weights"), found, rounding):
            report.row(f"30 steps bf16: {what}", f"{here:.1e}", f"{2 * there:.1e}: twice bf16 from fp32 on the CPU", here <= 2 * there)
    for precision in ("fp32", "bf16"):
        for other, what in (("again", "two runs in tree mode"), ("eager", "graphs on and off")):
            with report.attempt(f"{precision}: {what}"):
                same = runs[precision].hashes == runs[f"{precision} {other}"].hashes
                report.row(f"{precision}: {what}", "the same bits" if same else "other bits", "the same bits", same)


def without(common, options):
    """common, but for what options sets anew."""
    return [word for pair in zip(common[::2], common[1::2]) if pair[0] not in options for word in pair]


def time_steps(machine, report):
    steps = 12 if machine.tiny else 300
    data = machine.data()
    common = [*machine.model_options("scratch"), "--precision", "bf16", "--shards", 1]

    ours = None
    for graphs in ("on", "off"):
        with report.attempt(f"agsweep, graphs {graphs}"):
            seconds = machine.step_bench(data, steps, *common, *machine.graphs(graphs))["seconds"]
            mean = 1e3 * statistics.fmean(late(seconds))
            ours = ours or mean
            report.row(f"scratch step bf16, graphs {graphs}", f"{mean:.3f} ms (median {1e3 * statistics.median(late(seconds)):.3f})",
                       "1.2 ms" if graphs == "on" else "", mean <= 1.2 if graphs == "on" else None)
    for compiled, times in ((False, 5), (True, 2)):
        compare_pytorch(machine, report, "scratch", data, steps, compiled, ours, times)
