#!/usr/bin/env python3
"""Times PyTorch's training steps on a GPU as train_step_bench does agsweep's, and prints the same line of JSON.

usage: bench/gpu_step.py scratch|lora DATA.h5 STEPS [--compiled --precision bf16 --batch-size 192 --device cuda --tiny]

A batch is padded to its longest row. Fused AdamW, clipping, autocast under bf16; --compiled: by torch.compile. lora: GPT-2 small's geometry with
random weights, by transformers and peft, rank 8. All batches are on the device before the first step.
"""

import argparse
import json
import pathlib

import torch

from lora_step import PAD, padded_batches, peft_seconds
from train_step import PyTorch


def scratch_seconds(arguments):
    geometry = {"layers": 1, "width": 32, "heads": 2, "ffn": 64} if arguments.tiny else {}
    peer = PyTorch(arguments.data, torch.get_num_threads(), arguments.batch_size, arguments.steps, arguments.device, arguments.compiled, **geometry)
    return peer.seconds(arguments.precision)


def lora_seconds(arguments):
    from transformers import GPT2Config, GPT2ForSequenceClassification
    geometry = {"n_embd": 32, "n_layer": 2, "n_head": 2} if arguments.tiny else {}
    base = GPT2ForSequenceClassification(GPT2Config(num_labels=4, pad_token_id=PAD, **geometry))
    batches = padded_batches(arguments.data, arguments.batch_size, arguments.steps)
    return peft_seconds(base, batches, arguments.precision, arguments.device, arguments.compiled)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=("scratch", "lora"))
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("steps", type=int)
    parser.add_argument("--compiled", action="store_true")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="bf16")
    parser.add_argument("--batch-size", type=int, default=192)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--tiny", action="store_true", help="a geometry that takes no time, to try this")
    arguments = parser.parse_args()
    torch.manual_seed(1)
    seconds = {"scratch": scratch_seconds, "lora": lora_seconds}[arguments.model](arguments)
    peak = torch.cuda.max_memory_allocated() if arguments.device == "cuda" else 0
    print(json.dumps({"seconds": seconds, "device_peak_bytes": peak}))


if __name__ == "__main__":
    main()
