"""bench/scaling.py's examples hold, and docs/scaling.md shows the tables that it computes."""

import doctest
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "bench"))
import scaling  # noqa: E402

failed, examples = doctest.testmod(scaling)
assert examples > 0 and failed == 0

page = (root / "docs" / "scaling.md").read_text()
shown = re.findall(r"<!-- table ([\w-]+) -->", page)
assert sorted(shown) == sorted(scaling.TABLES), "each table stands in the page once"
assert scaling.filled(page) == page, "docs/scaling.md is out of date: bench/scaling.py docs/scaling.md"

# The rank that sends most sends no more messages than the tree is deep, there and back; and a ring's bytes never reach twice the gradient.
for ranks in range(2, 130):
    for shards in (ranks, ranks + 1, 2 * ranks):
        assert scaling.to_rank_zero(ranks, 1e6, shards).messages <= 2 * (shards - 1).bit_length()
    assert scaling.ring(ranks, 1e6).bytes < 2e6
