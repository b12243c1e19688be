"""Compares the C++ tokenizer with Hugging Face tokenizers, text by text and token for token.

usage: tokenizer_parity_test.py TOKENIZE_LINES SYNTHETIC_CSV TOKENIZER_FOLDER

The texts: a fuzz corpus over all of Unicode and beyond it (invalid UTF-8), the synthetic corpus, and the real AG News files where
AGSWEEP_AGNEWS names a folder with train.csv and test.csv. Both sides read the same encoder.json and vocab.bpe.
"""

import csv
import itertools
import os
import pathlib
import random
import struct
import subprocess
import sys

from reference_tokenizer import reference_tokenizer


def our_tokens(program, folder, texts):
    """`texts` as bytes; a list of token ids for each."""
    packed = b"".join(struct.pack("=I", len(text)) + text for text in texts)
    output = subprocess.run([program, folder], input=packed, stdout=subprocess.PIPE, check=True).stdout
    position, result = 0, []
    while position < len(output):
        (count,) = struct.unpack_from("=I", output, position)
        result.append(list(struct.unpack_from(f"={count}H", output, position + 4)))
        position += 4 + 2 * count
    return result


def code_points():
    """All of the planes where characters are assigned, a sample of the others; each beside a letter, a digit, a sign and a space,
    so that its class shows."""
    assigned = itertools.chain(range(0x34000), range(0xE0000, 0xE0200))
    points = [chr(point) for point in itertools.chain(assigned, range(0x34000, 0x110000, 61)) if not 0xD800 <= point < 0xE000]
    for start in range(0, len(points), 64):
        yield "".join(f"a{c}1{c}!{c} {c}" for c in points[start : start + 64]).encode()


def contractions_and_spaces():
    endings = ["s", "t", "re", "ve", "m", "ll", "d", "S", "T", "RE", "Ve", "x", "", "ſ"]
    for quote in ["'", "’", "''", " '", "\n'"]:
        for ending in endings:
            for word in ["he", "IT", "9", "", " ", "é", "!"]:
                yield f"{word}{quote}{ending}{word}".encode()
    blanks = " \t\n\r\v\f\x1c\x1f\x85\xa0\u1680\u180e\u2003\u2028\u202f\u3000\u200b\ufeff"
    for blank in blanks:
        for count in [1, 2, 3, 17]:
            for after in ["", "a", "7", "?", " b", "\n"]:
                yield f"x{blank * count}{after}".encode()
    yield b"<|endoftext|> <|endoftext|>\\n&lt;b&gt; #36;10 a\\band"


def long_runs():
    for unit in ["a", " ", "é", "0", "\n", "ab", "漢", "!", "\u0301", " a", "the", "\x00"]:
        for count in [100, 1000, 20000]:
            yield (unit * count).encode()


def random_texts(rng):
    alphabets = [
        [chr(c) for c in range(128)],
        list("abcdefgh ''stm.,\n  "),
        [chr(c) for c in range(0x80, 0x800)],
        [chr(c) for c in range(0x800, 0x3400)],
        [chr(c) for c in [*range(0x1F300, 0x1FB00), 0x200D, 0xFE0F, 0x20, 0x61]],
        [chr(c) for c in range(0x10000, 0x110000, 37)],
        [chr(c) for c in [*range(0x3400, 0xD800, 11), *range(0xE000, 0x10000)]],
    ]
    for _ in range(6000):
        chosen = rng.sample(alphabets, rng.randint(1, 3))
        yield "".join(rng.choice(rng.choice(chosen)) for _ in range(rng.randint(0, 60))).encode()


def invalid_utf8(rng):
    leads = [0x80, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF]
    seconds = [0x20, 0x61, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC2, 0xE2, 0xFF]
    for lead in leads:
        for second in seconds:
            for third in seconds:
                yield bytes([0x61, lead, second, third])
                yield bytes([lead, second, third, 0x80, 0x80])
            yield bytes([lead, second])
        yield bytes([lead])
    for _ in range(4000):
        text = bytearray("naïve “quotes” 漢字 🙂 é".encode() * rng.randint(1, 2))
        for _ in range(rng.randint(1, 5)):
            text[rng.randrange(len(text))] = rng.randrange(256)
        yield bytes(text[: rng.randint(1, len(text))])
    for _ in range(2000):
        yield bytes(rng.randrange(256) for _ in range(rng.randint(1, 40)))


def synthetic_texts(program):
    lines = subprocess.run([program, "1000"], stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout.splitlines()
    return [text.encode() for _, _, text in csv.reader(lines)]


def csv_texts(path):
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        for record in csv.reader(file):
            text = (record[1] + " " + record[2]).strip(" \t\n\r\v\f")
            yield text.encode("utf-8", "surrogateescape")


def compare(name, texts, program, folder, reference):
    texts = list(texts)
    ours = our_tokens(program, folder, texts)
    theirs = [e.ids for e in reference.encode_batch([text.decode("utf-8", errors="replace") for text in texts])]
    assert len(ours) == len(theirs) == len(texts) > 0
    for text, mine, expected in zip(texts, ours, theirs):
        if mine != expected:
            sys.exit(f"{name}: {text[:200]!r}\n  ours     {mine[:60]}\n  expected {expected[:60]}")
    print(f"{name}: {len(texts)} texts, {sum(map(len, ours))} tokens, all equal")


def main():
    program, synthetic_csv, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    reference = reference_tokenizer(folder)
    rng = random.Random(3)
    corpora = {
        "code points": code_points(),
        "contractions and white space": contractions_and_spaces(),
        "long runs": long_runs(),
        "random Unicode": random_texts(rng),
        "invalid UTF-8": invalid_utf8(rng),
        "synthetic corpus": synthetic_texts(synthetic_csv),
    }
    if real := os.environ.get("AGSWEEP_AGNEWS"):
        for name in ["train.csv", "test.csv"]:
            corpora[name] = csv_texts(pathlib.Path(real) / name)
    for name, texts in corpora.items():
        compare(name, texts, program, folder, reference)


if __name__ == "__main__":
    main()
