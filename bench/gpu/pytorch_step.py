"""PyTorch's step beside agsweep's, by bench/gpu_step.py."""

import statistics

from machine import ROOT


def late(seconds):
    """The last two thirds of the steps: libraries and graphs are ready. A step may return before it is done, so the mean counts."""
    return seconds[len(seconds) // 3 :]


def compare_pytorch(machine, report, model, data, steps, compiled, ours, times):
    """A row of PyTorch's step, beside ours in milliseconds. @returns its bytes on the device, or None"""
    name = "torch.compile" if compiled else "PyTorch eager"
    with report.attempt(name):
        options = (["--compiled"] if compiled else []) + (["--tiny", "--device", "cpu", "--batch-size", 16] if machine.tiny else [])
        script = ROOT / "bench" / "gpu_step.py"
        result = machine.python_json(script, model, data, steps, *options, limit=None if compiled else 60)
        theirs = 1e3 * statistics.median(late(result["seconds"]))
        ratio = theirs / ours if ours else 0
        report.row(f"{model} step bf16, {name}", f"{theirs:.3f} ms: {ratio:.2f} x agsweep's", f"{times} x" if times > 1 else "slower", ratio > times or ratio == times)
        return result["device_peak_bytes"]
    return None
