"""What the compiler gives each CUDA kernel, and what a kernel moves: a table without a GPU. Needs a configured build with nvcc.

    python3 bench/kernel_resources.py [--build build/release] [--arch 90] [--all]

Registers, static shared memory and spills are ptxas's; of a template's instances the largest, with --all each. Bytes are computed from what
the kernels' comments say, in bf16, for a batch of 192 rows and 10,000 tokens: `moves` is what a kernel asks of the device's memory,
`fewest` each input once and each output once.
"""

import argparse
import collections
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]

Resources = collections.namedtuple("Resources", "registers shared stack spills")

TOKENS, LISTED, RANK = 10_000, 4_096, 8
LOW, FLOAT = 2, 4  # bytes of bf16 and fp32
SCRATCH, GPT2 = 192, 768  # widths
DENSE = 3 * 444_864 + 384 + 772  # parameters of the scratch model but for its embedding
VOCABULARY, POSITIONS = 50_257, 128


def partial_sums(columns, parts):
    """Bytes of a column sum's second stage: written once, read once."""
    return 2 * parts * columns * FLOAT


def moved_bytes():
    """{kernel: (of what, moves, fewest)}"""
    def rows(width, read, written):
        return TOKENS * width * (read + written)
    table = VOCABULARY * SCRATCH
    sums = rows(GPT2, LOW, 0)
    attention = TOKENS * GPT2 * LOW
    norm_parts = 2 * 264
    same = {
        "residual_norm_forward": (f"{TOKENS} x {GPT2}", rows(GPT2, FLOAT + LOW, FLOAT + LOW)),
        "attention_forward_tiles": ("12 heads of 64, rows of 64 tokens at most: q, k, v; out", 4 * attention),
        "attention_backward_tiles": ("the same: q, k, v, out, d_out; d_q, d_k, d_v", 8 * attention),
        "drop_rows": (f"{TOKENS} x {GPT2}", rows(GPT2, LOW, LOW)),
        "embedding_backward": (f"{TOKENS} x {SCRATCH}, {LISTED} listed tokens", rows(SCRATCH, FLOAT, 0) + LISTED * SCRATCH * FLOAT),
        "sum_squares": (f"{DENSE} floats and {LISTED} x {SCRATCH} listed ones", (DENSE + LISTED * SCRATCH) * FLOAT),
        "adamw": (f"{DENSE} parameters, with their copy in bf16", DENSE * (7 * FLOAT + LOW)),
        "embedding_adamw": (f"{VOCABULARY} x {SCRATCH}", table * 6 * FLOAT + LISTED * SCRATCH * FLOAT + VOCABULARY * 4),
        "add": (f"{DENSE} floats", 3 * DENSE * FLOAT),
    }
    table = {kernel: (what, moves, moves) for kernel, (what, moves) in same.items()}
    backward = rows(GPT2, 2 * FLOAT + LOW, FLOAT + LOW)
    table["residual_norm_backward"] = (f"{TOKENS} x {GPT2}, weight and bias trained", backward + partial_sums(2 * GPT2, norm_parts), backward)
    table["sum_row_blocks"] = (f"{TOKENS} x {GPT2}, with sum_partials", sums + partial_sums(GPT2, 264 * 256 // GPT2), sums + GPT2 * FLOAT)
    table["embedding_forward"] = (f"{TOKENS} x {SCRATCH}", rows(SCRATCH, 2 * FLOAT, FLOAT),
                                  rows(SCRATCH, 0, FLOAT) + (LISTED + POSITIONS) * SCRATCH * FLOAT)
    return table


def compile_command(build):
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if entry["file"].endswith("cuda_kernels.cu"):
            return shlex.split(entry["command"])
    sys.exit(f"{build}: the CUDA part is not in this build")


def compiler_report(build, arch):
    command = compile_command(build)
    command = [word for word in command[:command.index("-o")] if not re.match("--generate-code|--threads", word)]
    if "ccache" in command[0]:
        command = command[1:]
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run([*command, f"-arch=sm_{arch}", "-cubin", "-Xptxas=-v", "-o", f"{folder}/kernels.cubin"], cwd=build, check=True,
                              stderr=subprocess.PIPE, text=True).stderr


def resources(report):
    """{demangled kernel: Resources}"""
    found = {}
    names = re.findall(r"Compiling entry function '(\S+)'", report)
    plain = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, check=True, text=True).stdout.splitlines()
    for name, text in zip(plain, re.split(r"Compiling entry function ", report)[1:]):
        def number(pattern):
            match = re.search(pattern, text)
            return int(match[1]) if match else 0
        found[name] = Resources(number(r"Used (\d+) registers"), number(r"(\d+) bytes smem"), number(r"(\d+) bytes stack frame"),
                                number(r"(\d+) bytes spill stores") + number(r"(\d+) bytes spill loads"))
    return found


def short_name(name):
    """attention_forward_tiles<64> of its whole declaration"""
    name = re.sub(r"^void ", "", name).removeprefix("agsweep::gpu::")
    depth = 0
    for at, letter in enumerate(name):
        depth += {"<": 1, ">": -1}.get(letter, 0)
        if letter == "(" and depth == 0:
            name = name[:at]
            break
    return name.replace("agsweep::", "").replace("gpu::", "").replace("(int)", "")


def print_table(header, rows):
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--arch", default="90", help="compute capability, as 90")
    parser.add_argument("--all", action="store_true", help="each instance of a template")
    asked = parser.parse_args()

    found = resources(compiler_report(asked.build.resolve(), asked.arch))
    if asked.all:
        print_table(["kernel", "registers", "static shared", "stack", "spills"], [(short_name(name), *of) for name, of in sorted(found.items())])
        return
    kernels = collections.defaultdict(list)
    for name, of in found.items():
        kernels[short_name(name).partition("<")[0]].append(of)
    moved = moved_bytes()
    rows = []
    for kernel, instances in sorted(kernels.items()):
        largest = Resources(*map(max, zip(*instances)))
        what, moves, fewest = moved.get(kernel.removesuffix("_kernel"), ("", 0, 0))
        numbers = [f"{moves / 1e6:.1f}", f"{fewest / 1e6:.1f}", f"{moves / fewest:.2f}"] if fewest else ["", "", ""]
        rows.append([kernel.removesuffix("_kernel"), len(instances), largest.registers, largest.shared, largest.spills, what, *numbers])
    print_table(["kernel", "instances", "registers", "static shared, bytes", "spills, bytes", "of what", "moves, MB", "fewest, MB", "x"], rows)


if __name__ == "__main__":
    main()
