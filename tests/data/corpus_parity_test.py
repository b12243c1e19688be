"""Reads data.h5 with h5py and compares it with the CSV files that it was made of.

usage: corpus_parity_test.py PREPARE_FILE TOKENIZER_FOLDER

The CSV files: generated ones with quotes, line breaks and invalid UTF-8, and the real ones where AGSWEEP_AGNEWS names their folder.
"""

import csv
import hashlib
import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import h5py
import numpy

from reference_tokenizer import reference_tokenizer

CLASSES = ["World", "Sports", "Business", "Sci/Tech"]
DATASETS = {"tokens": "<u2", "offsets": "<u8", "labels": "u1", "source_row": "<u4"}


def write_csv(path, rows, rng):
    words = ["oil", 'a "quoted" word', "two\nlines", "\\b", "&lt;b&gt;", "naïve", "漢字", "  ", "it's", "comma, here", "\udcff\udce2", "<|endoftext|>"]
    with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for row in range(rows):
            title = " ".join(rng.choices(words, k=rng.randint(0, 6)))
            writer.writerow([rng.randint(1, 4), title, f"row {row} " + " ".join(rng.choices(words, k=rng.randint(0, 80)))])


def read_csv(path):
    """Labels, and texts as Python reads them."""
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        records = list(csv.reader(file))
    texts = [(title + " " + description).strip(" \t\n\r\v\f") for _, title, description in records]
    return [int(record[0]) - 1 for record in records], [
        text.encode("utf-8", "surrogateescape").decode("utf-8", errors="replace") for text in texts
    ]


def check_attributes(file, folder, tokenizer):
    def sha256(*paths):
        return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()

    attributes = dict(file.attrs)
    assert [name.decode("utf-8") for name in attributes["class_names"]] == CLASSES
    assert attributes["tokenizer_sha256"].decode() == sha256(tokenizer / "encoder.json", tokenizer / "vocab.bpe")
    assert attributes["source_sha256"].decode() == sha256(folder / "train.csv", folder / "test.csv")
    expected = {"format_version": 1, "max_length": 128, "seed": 42, "synthetic": 0}
    assert {name: attributes[name] for name in expected} == expected, attributes
    assert attributes["join"].decode() == "space"
    assert len(attributes) == 8


def check_split(group, labels, encodings):
    assert set(group) == set(DATASETS)
    for name, dtype in DATASETS.items():
        assert group[name].dtype == numpy.dtype(dtype) and group[name].chunks and group[name].fletcher32 and group[name].ndim == 1, name
    tokens, offsets, rows = group["tokens"][:], group["offsets"][:], group["source_row"][:]
    assert offsets[0] == 0 and offsets[-1] == len(tokens) and len(offsets) == len(rows) + 1 == len(group["labels"]) + 1
    assert (numpy.diff(rows.astype(numpy.int64)) > 0).all()
    assert group["labels"][:].tolist() == [labels[row] for row in rows]
    for start, end, row in zip(offsets[:-1], offsets[1:], rows):
        assert tokens[start:end].tolist() == encodings[row].ids[:128], row
    return rows.tolist()


def check(program, folder, tokenizer):
    reference = reference_tokenizer(tokenizer)
    with tempfile.TemporaryDirectory() as out:
        data = pathlib.Path(out) / "data.h5"
        subprocess.run([program, tokenizer, data, folder], check=True)
        with h5py.File(data) as file:
            assert set(file) == {"train", "val", "test"}
            check_attributes(file, folder, tokenizer)
            labels, texts = read_csv(folder / "train.csv")
            encodings = reference.encode_batch(texts)
            train, val = (check_split(file[name], labels, encodings) for name in ["train", "val"])
            assert sorted(train + val) == list(range(len(labels)))
            for label in range(4):
                taken = sum(labels[row] == label for row in val)
                assert taken == math.floor(0.1 * labels.count(label) + 0.5), (label, taken)
            labels, texts = read_csv(folder / "test.csv")
            assert check_split(file["test"], labels, reference.encode_batch(texts)) == list(range(len(labels)))


def main():
    program, tokenizer = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        rng = random.Random(5)
        write_csv(pathlib.Path(folder) / "train.csv", 2500, rng)
        write_csv(pathlib.Path(folder) / "test.csv", 300, rng)
        check(program, pathlib.Path(folder), tokenizer)
    if real := os.environ.get("AGSWEEP_AGNEWS"):
        check(program, pathlib.Path(real), tokenizer)


if __name__ == "__main__":
    main()
