"""Sweeps with several trials at once on one device: trials an hour, the same values, and one base for all."""

import csv
import json
import subprocess
import threading

SPEC = """
name = "check"
model = "{model}"
metric = "val.loss"
sampler = "sobol"
trials = {trials}
keep = "none"
[fixed]
epochs = {epochs}
train_limit = {rows}
warmup_steps = 0
shards = 1
[space]
lr = {{ log = [1e-4, 3e-3] }}
dropout = {{ values = [0.1, 0.3] }}
"""


class DeviceMemory:
    """The most that the device had in use above what it had before, while this is open."""

    def __enter__(self):
        self.before = self.now()
        self.most = self.before
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()

    def watch(self):
        while not self.done.wait(0.3):
            self.most = max(self.most, self.now())

    @staticmethod
    def now():
        command = ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
        try:
            return int(subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.split()[0])
        except (OSError, ValueError, IndexError):
            return 0

    @property
    def megabytes(self):
        return self.most - self.before


def run(machine, report):
    with report.attempt("scratch trials"):
        scratch_trials(machine, report)
    with report.attempt("LoRA trials"):
        lora_trials(machine, report)


def sweep(machine, model, trials, at_once, epochs, rows):
    """@returns ({trial: value}, seconds from the first trial's begin to the last one's end, MB of the device, [result.json of each])"""
    folder = machine.folder()
    (folder / "spec.toml").write_text(SPEC.format(model=model, trials=trials, epochs=epochs, rows=rows))
    model_options = machine.model_options(model)
    del model_options[2:4]  # --model is the spec's
    with DeviceMemory() as memory:
        machine.agsweep("sweep", "--spec", folder / "spec.toml", "--data", machine.data(), "--out", folder / "sweep", *model_options,
                        "--precision", "bf16", "--trials-per-rank", at_once, "--threads", 1)
    with open(folder / "sweep" / "results.csv", newline="") as file:
        values = {row["trial"]: row["value"] for row in csv.DictReader(file) if row["state"] == "complete"}
    begins = [path.stat().st_mtime for path in (folder / "sweep" / "trials").glob("*/config.toml")]
    ends = [path.stat().st_mtime for path in (folder / "sweep" / "trials").glob("*/result.json")]
    results = [json.loads(path.read_text()) for path in (folder / "sweep" / "trials").glob("*/result.json")]
    return values, max(ends) - min(begins), memory.megabytes, results


def scratch_trials(machine, report):
    trials, epochs, rows = (3, 1, 320) if machine.tiny else (16, 4, 38400)
    at_once = 2 if machine.tiny else 8
    outcome = {}
    for number in (1, at_once):
        with report.attempt(f"{number} at once"):
            outcome[number] = values, seconds, megabytes, _ = sweep(machine, "scratch", trials, number, epochs, rows)
            report.row(f"scratch trials, {number} at once", f"{3600 * len(values) / seconds:.0f} an hour ({seconds:.1f} s, {megabytes} MB)",
                       f"{trials} complete", len(values) == trials)
    if len(outcome) == 2:
        ratio = outcome[1][1] / outcome[at_once][1]
        report.row(f"trials an hour, {at_once} at once", f"{ratio:.2f} x", "3 x", ratio >= 3)
        same = outcome[1][0] == outcome[at_once][0]
        report.row(f"values, 1 and {at_once} at once", "the same" if same else "differ", "the same", same)


def lora_trials(machine, report):
    trials, rows = (2, 320) if machine.tiny else (4, 5760)
    outcome = {}
    for number in (1, trials):
        with report.attempt(f"{number} LoRA trials at once"):
            values, seconds, megabytes, results = sweep(machine, "gpt2-lora", trials, number, 1, rows)
            outcome[number] = megabytes
            own = max(result.get("peak_device_memory_bytes") or 0 for result in results) / 1e6
            report.row(f"LoRA trials, {number} at once", f"device {megabytes} MB, the program's own count {own:.0f} MB, {seconds:.1f} s",
                       f"{trials} complete", len(values) == trials)
    if len(outcome) == 2 and not machine.tiny:
        report.row(f"{trials} LoRA trials at once share a base", f"{outcome[trials]} MB, {trials} x alone {trials * outcome[1]} MB", "less",
                   0 < outcome[trials] < trials * outcome[1])
