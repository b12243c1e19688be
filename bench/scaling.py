#!/usr/bin/env python3
"""Bytes, messages and time of a training step on 1 to 1,024 GPUs: computed from what the program sends and assumed links, not measured.

usage: bench/scaling.py [PAGE]     prints the tables, or writes them into the page (docs/scaling.md), each between its two marks
"""

import math
import re
import sys
from dataclasses import dataclass

# Assumed, of a GPU in a node of H100s: bytes a second that it sends while it receives as many, and seconds of a message without its bytes.
NODE = 8  # GPUs
NVLINK, NVLINK_LATENCY = 450e9, 3e-6
PORT, PORT_LATENCY = 50e9, 10e-6  # one 400 Gb/s InfiniBand port a GPU
MEMORY = 3.35e12  # bytes a second of the GPU's own
ROUND = 10e-6  # a round's launches: NCCL's, and three additions

BATCH = 192  # rows, of the published experiment
CLASSES = 4
# Counted: distinct tokens of a random batch of 64,366 rows of AG News.
DISTINCT_TOKENS = {192: 3726, 256: 4519, 512: 7181, 1024: 10725, 1536: 13247, 12288: 29507, 49152: 39203}


@dataclass(frozen=True)
class Model:
    name: str
    dense: int  # floats of the gradient's dense part, each tensor padded to a multiple of 32
    width: int  # floats of an embedding's row; 0: the embedding is not trained
    shared_ms: float  # assumed, of a step with BATCH rows on one GPU: what its ranks share
    fixed_ms: float  # ... and what each rank does again: launches, small kernels, AdamW

    def listed(self, rows):
        """Embedding rows that travel: those of the global batch's tokens, in blocks of 512."""
        return math.ceil(distinct_tokens(rows) / 512) * 512 if self.width else 0

    def bytes(self, rows):
        """Of one gradient on the wire: fp32 values, the loss, the confusion matrix.

        >>> SCRATCH.bytes(192), LORA.bytes(192)
        (8488968, 3256456)
        """
        return 4 * (self.dense + self.listed(rows) * self.width) + 8 + 8 * CLASSES**2


# 10,985,092 parameters = 50,257 x 192 + 1,335,748; the head's bias of 4 floats is padded to 32.
SCRATCH = Model("scratch", dense=1_335_776, width=192, shared_ms=0.3, fixed_ms=0.7)
LORA = Model("gpt2-lora", dense=814_080, width=0, shared_ms=12, fixed_ms=2)
MODELS = (SCRATCH, LORA)


def distinct_tokens(rows):
    """Between two counted batches a power of the rows.

    >>> [round(distinct_tokens(rows)) for rows in (192, 384, 1536)]
    [3726, 5925, 13247]
    """
    known = sorted(DISTINCT_TOKENS)
    above = next(i for i, size in enumerate(known) if size >= rows)
    if known[above] == rows:
        return DISTINCT_TOKENS[rows]
    low, high = known[above - 1], known[above]
    part = math.log(rows / low) / math.log(high / low)
    return DISTINCT_TOKENS[low] * (DISTINCT_TOKENS[high] / DISTINCT_TOKENS[low]) ** part


@dataclass(frozen=True)
class Cost:
    """Of one sum over the ranks. A message is a group of NCCL's calls that carries one gradient, or a piece of it."""

    messages: int  # sent by the rank that sends most
    bytes: float  # sent by that rank
    seconds: float


def message(a, b, size):
    """Seconds from rank a to rank b, with the sender's and the receiver's launches."""
    near = a // NODE == b // NODE
    return ROUND + (NVLINK_LATENCY + size / NVLINK if near else PORT_LATENCY + size / PORT)


def addition(size):
    return 3 * size / MEMORY


def doubling(ranks, size):
    """Tree mode where the ranks are a power of two that divides the shards: in each round partners exchange their sums.

    >>> doubling(8, 1e6).messages, doubling(8, 1e6).bytes
    (3, 3000000.0)
    """
    rounds = [2**i for i in range(ranks.bit_length() - 1)]
    return Cost(len(rounds), len(rounds) * size, sum(message(0, distance, size) + addition(size) for distance in rounds))


def to_rank_zero(ranks, size, shards=None):
    """Tree mode elsewhere: a node of the tree over shards is added by the owner of its first shard; rank 0's total goes from rank to rank.

    >>> cost = to_rank_zero(3, 1e6)
    >>> cost.messages, cost.bytes  # rank 0 takes one from rank 1 and one from rank 2, and sends them the total
    (2, 2000000.0)
    >>> to_rank_zero(6, 1e6).messages, to_rank_zero(6, 1e6, shards=8).messages
    (3, 3)
    """
    shards = shards or ranks
    owner = [next(r for r in range(ranks) if shard < (r + 1) * shards // ranks) for shard in range(shards)]
    sent, now = [0] * ranks, [0.0] * ranks  # messages, and each rank's clock

    def reduce(first, last):
        if owner[first] == owner[last - 1]:
            return
        middle = first + (last - first + 1) // 2
        reduce(first, middle)
        reduce(middle, last)
        left, right = owner[first], owner[middle]
        if left != right:
            sent[right] += 1
            now[right] = max(now[left], now[right]) + message(left, right, size)
            now[left] = now[right] + addition(size)

    reduce(0, shards)
    reach = 1
    while reach < ranks:
        for rank in range(min(reach, ranks - reach)):
            sent[rank] += 1
            now[rank] = max(now[rank], now[rank + reach]) + message(rank, rank + reach, size)
            now[rank + reach] = now[rank]
        reach *= 2
    return Cost(max(sent), max(sent) * size, max(now))


def ring(ranks, size):
    """An all-reduce round a ring, the fewest bytes: pieces of size / ranks. Between nodes each port of a node has a ring of its own.

    >>> ring(4, 1e6).messages, ring(4, 1e6).bytes
    (6, 1500000.0)
    """
    if ranks == 1:
        return Cost(0, 0, 0)
    messages = 2 * (ranks - 1)
    sent = messages / ranks * size
    rate, latency = (NVLINK, NVLINK_LATENCY) if ranks <= NODE else (min(NVLINK, NODE * PORT), PORT_LATENCY)
    return Cost(messages, sent, ROUND + messages * latency + sent / rate)


def tree(ranks, size):
    return doubling(ranks, size) if ranks & (ranks - 1) == 0 else to_rank_zero(ranks, size)


def step_ms(model, ranks, rows, cost):
    """The sum starts when all gradients are there, and the update when it is done: nothing overlaps.

    >>> step_ms(LORA, 1, 192, ring(1, LORA.bytes(192)))
    14.0
    """
    return model.shared_ms * rows / BATCH / ranks + model.fixed_ms + 1e3 * cost.seconds


def table(header, rows):
    lines = [header, ["---"] + ["--:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def megabytes(size):
    return f"{size / 1e6:.2f}"


def powers(last):
    return [2**i for i in range(last.bit_length())]


def gradient_table():
    rows = [[f"{batch:,}", f"{SCRATCH.listed(batch):,}", *(megabytes(model.bytes(batch)) for model in MODELS)] for batch in DISTINCT_TOKENS]
    return table(["rows of the batch", "embedding rows", "scratch, MB", "gpt2-lora, MB"], rows)


def reduction_table(model):
    """The batch of the published experiment, or a row a GPU, the least that the program takes."""
    rows = []
    for ranks in sorted([*powers(1024), 3, 6, 12, 24]):
        size = model.bytes(max(BATCH, ranks))
        rows.append([f"{ranks:,}"])
        for cost in (tree(ranks, size), ring(ranks, size)):
            rows[-1] += [f"{cost.messages:,}", megabytes(cost.bytes), f"{1e3 * cost.seconds:.2f}"]
    return table(["GPUs", "tree: messages", "MB", "ms", "ring: messages", "MB", "ms"], rows)


def ranks_table():
    """One training of BATCH rows over more and more GPUs, beside a trial a GPU."""
    rows = []
    for model in MODELS:
        size = model.bytes(BATCH)
        alone = step_ms(model, 1, BATCH, ring(1, size))
        for ranks in powers(128):
            in_tree, in_ring = (step_ms(model, ranks, BATCH, cost(ranks, size)) for cost in (tree, ring))
            gain = alone / min(in_tree, in_ring)
            rows.append([model.name, ranks, f"{in_tree:.2f}", f"{in_ring:.2f}", f"{gain:.2f}", f"{ranks / gain:.1f}"])
    return table(["model", "GPUs", "tree: ms a step", "ring: ms a step", "times as fast", "steps of a trial a GPU, times as many"], rows)


def batch_table():
    """The batch grows with the GPUs."""
    rows = []
    for model in MODELS:
        for ranks in (1, 8, 64, 256):
            batch = BATCH * ranks
            best = min(step_ms(model, ranks, batch, cost(ranks, model.bytes(batch))) for cost in (tree, ring))
            rate = batch / best  # rows a millisecond
            alone = BATCH / (model.shared_ms + model.fixed_ms)
            rows.append([model.name, ranks, f"{batch:,}", megabytes(model.bytes(batch)), f"{best:.2f}", f"{rate / alone:.1f}"])
    return table(["model", "GPUs", "rows of the batch", "gradient, MB", "ms a step", "times the rows a second"], rows)


def sharing_table():
    """Trials at once on one GPU: at best, what a step does beside its share is hidden behind the other trials' work."""
    rows = []
    for model in MODELS:
        alone = model.shared_ms + model.fixed_ms
        rows.append([model.name, f"{alone:.1f}", f"{model.shared_ms:.1f}", f"{alone / model.shared_ms:.1f}"])
    return table(["model", "ms a step, one trial", "ms a step of each of many, at best", "times the trials, at most"], rows)


TABLES = {
    "gradient": gradient_table,
    "scratch": lambda: reduction_table(SCRATCH),
    "gpt2-lora": lambda: reduction_table(LORA),
    "ranks": ranks_table,
    "batch": batch_table,
    "sharing": sharing_table,
}


def filled(page):
    """The page with each table between <!-- table NAME --> and <!-- end --> as it is computed now."""
    marked = re.compile(r"(<!-- table ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
    return marked.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}\n{found[3]}", page)


def main():
    if len(sys.argv) == 1:
        print("\n\n".join(f"{name}: computed, not measured\n\n{make()}" for name, make in TABLES.items()))
    elif len(sys.argv) == 2 and sys.argv[1] not in ("-h", "--help"):
        with open(sys.argv[1]) as file:
            page = file.read()
        with open(sys.argv[1], "w") as file:
            file.write(filled(page))
    else:
        print(__doc__)


if __name__ == "__main__":
    main()
