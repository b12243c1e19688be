"""The published experiment's schedule, end to end: 12 epochs of the scratch model, 10 of LoRA, evaluation and checkpoints included."""

import json

PUBLISHED = 1789  # seconds


def run(machine, report):
    data, folder = machine.data(), machine.folder()
    machine.gpt2()  # made before anything is timed
    total = 0
    for model, epochs in (("scratch", 12), ("gpt2-lora", 10)):
        with report.attempt(model):
            out = folder / model
            run = machine.agsweep("train", "--data", data, "--out", out, *machine.model_options(model), "--precision", "bf16", "--shards", 1,
                                  "--epochs", 2 if machine.tiny else epochs, "--patience", 0)
            total = None if total is None else total + run.seconds
            result = json.loads((out / "result.json").read_text())
            share = result.get("peak_share")
            told = f"{run.seconds:.1f} s (training {result['train_seconds']:.1f}, evaluation {result['eval_seconds']:.1f})"
            report.row(f"{model}, {epochs} epochs", f"{told}, {result['tokens_per_second']:.0f} tokens/s, test accuracy {result['test']['accuracy']:.3f}"
                       + (f", {share} of the peak" if share else ""))
            continue
        total = None
    if total is None:
        report.row("both", "not whole", "120 s", False)
    else:
        report.row("both", f"{total:.1f} s, {PUBLISHED / total:.1f} x the published", "120 s", total <= 120)
