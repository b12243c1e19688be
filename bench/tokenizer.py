#!/usr/bin/env python3
"""Compares one thread's tokenising speed with Hugging Face tokenizers on the same texts, in one run.

usage: bench/tokenizer.py TOKENIZER_BENCH TOKENIZER_FOLDER TEXTS [--passes 5]

TEXTS is a .csv whose columns 2.. are the text, or a file with a text a line. Passes of the two alternate, so that what else the
machine does slows both. Prints the median MB/s (10^6 bytes of UTF-8 a second) of each, and their ratio.
"""

import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

from arguments import parse_arguments

os.environ["RAYON_NUM_THREADS"] = "1"  # one thread each
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "data"))
from reference_tokenizer import reference_tokenizer  # noqa: E402


def read_texts(path):
    if path.suffix != ".csv":
        return path.read_text(encoding="utf-8").splitlines()
    with open(path, encoding="utf-8", newline="") as file:
        return [" ".join(record[1:]) for record in csv.reader(file)]


def main():
    arguments = parse_arguments(__doc__, ("program", "folder", "texts"), passes=5)

    texts = read_texts(arguments.texts)
    size = sum(len(text.encode()) for text in texts)
    ours, theirs = [], []
    for _ in range(arguments.passes):
        output = subprocess.run([arguments.program, arguments.folder, arguments.texts, "1"], stdout=subprocess.PIPE, check=True).stdout
        result = json.loads(output)
        ours.append(result["mb_per_second"])
        tokenizer = reference_tokenizer(arguments.folder)  # afresh: its cache of words starts empty, as ours does
        start = time.perf_counter()
        tokens = sum(len(encoding) for encoding in tokenizer.encode_batch_fast(texts))
        theirs.append(size / (time.perf_counter() - start) / 1e6)
        if (result["bytes"], result["tokens"]) != (size, tokens):
            sys.exit(f"not the same work: {result}, here {size} bytes and {tokens} tokens")

    print(f"{len(texts)} texts, {size / 1e6:.1f} MB, {tokens} tokens, one thread, median of {arguments.passes} passes")
    print(f"agsweep     {statistics.median(ours):6.1f} MB/s")
    print(f"tokenizers  {statistics.median(theirs):6.1f} MB/s")
    print(f"ratio       {statistics.median(ours) / statistics.median(theirs):6.1f}")


if __name__ == "__main__":
    main()
