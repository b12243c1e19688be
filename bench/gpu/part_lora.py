"""gpt2-lora at GPT-2 small's geometry, rank 8: time of a step and memory of the device, against transformers and peft."""

import statistics

from pytorch_step import compare_pytorch, late


def run(machine, report):
    steps = 6 if machine.tiny else 90
    data = machine.data()
    ours, own_bytes = None, None
    with report.attempt("agsweep"):
        result = machine.step_bench(data, steps, *machine.model_options("gpt2-lora"), "--precision", "bf16", "--shards", 1)
        ours, own_bytes = 1e3 * statistics.fmean(late(result["seconds"])), result.get("device_peak_bytes")
        report.row("lora step bf16", f"{ours:.2f} ms", "16 ms", ours <= 16)
    peaks = {}
    for compiled, times in ((False, 2), (True, 1)):
        peaks["compiled" if compiled else "eager"] = compare_pytorch(machine, report, "lora", data, steps, compiled, ours, times)
    told = ", ".join(f"{name} {bytes_ / 1e6:.0f} MB" for name, bytes_ in {"agsweep": own_bytes, **peaks}.items() if bytes_ is not None)
    theirs = [peak for peak in peaks.values() if peak is not None]
    report.row("lora device memory", told, "less than PyTorch's", bool(own_bytes and theirs) and own_bytes < min(theirs))
