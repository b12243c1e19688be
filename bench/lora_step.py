#!/usr/bin/env python3
"""Compares a LoRA training step on GPT-2 small's geometry with transformers and peft, in time and in peak memory.

usage: bench/lora_step.py TRAIN_STEP_BENCH DATA.h5 [--threads 2 --rounds 5 --weights DIR]

Both train batches of 16 rows in file order, rank 8 on c_attn and c_proj, all dropouts 0.1, AdamW and clipping, from the same weights: a
random GPT-2 small unless --weights names another. transformers pads a batch to its longest row; agsweep takes a shard a thread. Each round
of each is a process of its own, whose peak memory (VmHWM) counts loading the weights too.
"""

import multiprocessing
import pathlib
import sys
import tempfile

from arguments import parse_arguments
from steps import compare, median_step, pytorch_seconds, rows_of, run_bench

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "support"))

BATCH, STEPS, PAD = 16, 7, 50256


def write_random_gpt2(folder):
    from transformers import GPT2Config, GPT2ForSequenceClassification
    GPT2ForSequenceClassification(GPT2Config(num_labels=4, pad_token_id=PAD)).save_pretrained(folder)


def padded_batches(data, batch=BATCH, steps=STEPS):
    """(tokens, mask, labels) of each step."""
    import torch
    from scratch_model import first_rows, padded
    rows = first_rows(data, batch * steps)
    batches = []
    for step in range(steps):
        tokens, lengths, labels = padded(rows, rows_of(step, batch))
        mask = torch.arange(tokens.shape[1])[None] < lengths[:, None]
        batches.append((tokens.masked_fill(~mask, PAD), mask.long(), labels))
    return batches


def peak_bytes():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def peft_seconds(base, batches, precision, device="cpu", compiled=False):
    """Seconds of a step with each batch of a transformers model, which peft adapts here."""
    import torch
    from peft import LoraConfig, get_peft_model
    lora = LoraConfig(task_type="SEQ_CLS", r=8, lora_alpha=16, lora_dropout=0.1, target_modules=["c_attn", "c_proj"], fan_in_fan_out=True)
    model = get_peft_model(base, lora).train().to(device)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=2e-5, weight_decay=0.01, fused=device == "cuda")
    forward = torch.compile(model, dynamic=True) if compiled else model

    def loss(batch):
        tokens, mask, labels = batch
        return torch.nn.functional.cross_entropy(forward(input_ids=tokens, attention_mask=mask).logits, labels)

    on_device = [[tensor.to(device) for tensor in batch] for batch in batches]
    return pytorch_seconds(on_device, loss, trained, optimiser, precision, device)


def peft_round(weights, data, precision, threads):
    """What train_step_bench prints, of the peer."""
    import torch
    from transformers import GPT2ForSequenceClassification
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    base = GPT2ForSequenceClassification.from_pretrained(weights, num_labels=4, pad_token_id=PAD)
    seconds = peft_seconds(base, padded_batches(data), precision)
    return {"seconds": seconds, "peak_bytes": peak_bytes()}


class Side:
    """Rounds of one program, and the highest of their peaks."""

    def __init__(self, run):
        self.run = run
        self.peak = 0

    def round(self):
        result = self.run()
        self.peak = max(self.peak, result["peak_bytes"])
        return median_step(result["seconds"])


def compare_precision(precision, arguments, weights):
    def ours(*options):
        return run_bench(arguments.program, arguments.data, STEPS, "--model", "gpt2-lora", "--weights", weights, "--batch-size", BATCH,
                         "--precision", precision, "--threads", arguments.threads, "--shards", arguments.threads, *options)

    def theirs():
        with multiprocessing.get_context("spawn").Pool(1) as fresh:
            return fresh.apply(peft_round, (weights, arguments.data, precision, arguments.threads))

    sides = {"agsweep": Side(ours), "transformers + peft": Side(theirs)}
    compare(precision, arguments.rounds, {name: side.round for name, side in sides.items()})
    checkpointing = ours("--activation-checkpointing", "on")
    peaks = "   ".join(f"{name} {side.peak / 1e6:.0f} MB" for name, side in sides.items())
    print(f"{precision}  peak memory: {peaks}")
    print(f"{precision}  agsweep with --activation-checkpointing on: {median_step(checkpointing['seconds']):.3f} s, "
          f"{checkpointing['peak_bytes'] / 1e6:.0f} MB", flush=True)


def main():
    arguments = parse_arguments(__doc__, ("program", "data"), threads=2, rounds=5, weights=None)
    masks = [mask for _, mask, _ in padded_batches(arguments.data)]
    print(f"a step of {BATCH} rows, {sum(int(m.sum()) for m in masks) / STEPS:.0f} tokens on average, "
          f"{sum(m.numel() for m in masks) / STEPS:.0f} with padding; {arguments.threads} threads, median of {arguments.rounds} alternating rounds")
    with tempfile.TemporaryDirectory(prefix="agsweep-") as folder:
        if arguments.weights is None:
            write_random_gpt2(folder)
        for precision in ("fp32", "bf16"):
            compare_precision(precision, arguments, arguments.weights or pathlib.Path(folder))


if __name__ == "__main__":
    main()
