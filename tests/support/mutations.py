"""Damage to a file's bytes, drawn at random: what disks, editors, scripts and hasty hands do to it."""

import re

# A value of JSON, TOML or CSV.
VALUE = re.compile(rb'"[^"\n]*"|-?\d[\d.]*(?:e[+-]?\d+)?|true|false|null')
ODD_VALUES = [b"null", b"true", b'"x"', b"''", b"-1", b"0", b"1e999", b"NaN", b"-Infinity", b"9" * 20, b"9" * 400, b"18446744073709551616", b"0.5", b"[]",
              b"{}", b"[1, 2]", b'{"a": 1}', b"[" * 10000, b'{"a":' * 10000, b"\xff\xfe", b"\0", b"", b'"' + b"y" * 70000 + b'"']


def pick(draw, content):
    """A place in the content: anywhere, or (every second time) near the beginning, where binary files have their headers."""
    return draw.randrange(len(content) if draw.random() < 0.5 else min(len(content), 2000))


def block(draw, content):
    """Two ends of a stretch of bytes; most are short."""
    begin = pick(draw, content)
    return begin, min(len(content), begin + draw.choice((1, 2, 4, 16, 64, 512, 4096)))


def lines_of(draw, content):
    """The lines, and the first and last of some of them."""
    lines = content.splitlines(keepends=True)
    first = draw.randrange(len(lines))
    return lines, first, min(len(lines), first + draw.choice((1, 1, 1, 2, 5, 20)))


def flip_a_bit(draw, content):
    at = pick(draw, content)
    return content[:at] + bytes([content[at] ^ 1 << draw.randrange(8)]) + content[at + 1:]


def set_bytes(draw, content):
    begin, end = block(draw, content)
    return content[:begin] + draw.choice((b"\0", b"\xff", b" ", bytes([draw.randrange(256)]))) * (end - begin) + content[end:]


def cut(draw, content):
    return content[: draw.choice((0, 1, len(content) - 1, len(content) - 2, draw.randrange(len(content)), pick(draw, content)))]


def insert_bytes(draw, content):
    at = pick(draw, content)
    return content[:at] + draw.randbytes(draw.choice((1, 3, 100))) + content[at:]


def drop_a_block(draw, content):
    begin, end = block(draw, content)
    return content[:begin] + content[end:]


def double_a_block(draw, content):
    begin, end = block(draw, content)
    return content[:end] + content[begin:end] + content[end:]


def swap_blocks(draw, content):
    begin, end = block(draw, content)
    to = draw.randrange(len(content))
    rest = content[:begin] + content[end:]
    return rest[:to] + content[begin:end] + rest[to:]


def drop_lines(draw, content):
    lines, first, last = lines_of(draw, content)
    return b"".join(lines[:first] + lines[last:])


def double_lines(draw, content):
    lines, first, last = lines_of(draw, content)
    return b"".join(lines[:last] + lines[first:last] + lines[last:])


def swap_lines(draw, content):
    lines, one, _ = lines_of(draw, content)
    other = draw.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def exchange_a_digit(draw, content):
    digits = [match.start() for match in re.finditer(rb"[0-9]", content[:100000])]
    if not digits:
        return content
    at = draw.choice(digits)
    return content[:at] + b"%d" % draw.randrange(10) + content[at + 1:]


def replace_a_value(draw, content):
    values = list(VALUE.finditer(content[:100000]))
    if not values:
        return content
    place = draw.choice(values)
    return content[: place.start()] + draw.choice(ODD_VALUES) + content[place.end():]


def exchange_two_values(draw, content):
    values = list(VALUE.finditer(content[:100000]))
    if len(values) < 2:
        return content
    one, two = sorted(draw.sample(values, 2), key=lambda match: match.start())
    return content[: one.start()] + two[0] + content[one.end(): two.start()] + one[0] + content[two.end():]


ANY = [flip_a_bit, flip_a_bit, set_bytes, cut, insert_bytes, drop_a_block, double_a_block, swap_blocks]
TEXT = [drop_lines, drop_lines, double_lines, swap_lines, exchange_a_digit, exchange_a_digit, replace_a_value, replace_a_value, exchange_two_values]


def mutated(draw, content):
    """@returns other bytes than these, and what was done to them"""
    for _ in range(1000):
        mutation = draw.choice(ANY + TEXT)
        damaged = mutation(draw, content)
        if damaged != content:
            return damaged, mutation.__name__.replace("_", " ") + first_difference(content, damaged)
    raise AssertionError("nothing changes it")


def first_difference(before, after):
    at = next((at for at, (one, other) in enumerate(zip(before, after)) if one != other), min(len(before), len(after)))
    return f" at byte {at}: {before[at:at + 30]!r} became {after[at:at + 30]!r}, {len(before)} bytes {len(after)}"
