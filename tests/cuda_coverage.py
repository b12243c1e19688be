"""Lists the lines of the CUDA part that no test has executed, after the tests of a build with -DAGSWEEP_COVERAGE=ON have run.

    python3 tests/cuda_coverage.py [BUILD_DIR]     exit code 1 where there are more than 150
"""

import collections
import json
import pathlib
import subprocess
import sys

MOST = 150
ROOT = pathlib.Path(__file__).resolve().parents[1]
PARTS = ("workers/device/", "workers/kernels/cuda/", "workers/train/device_", "workers/train/step_", "workers/train/graph_choice")


def counts(build):
    """{file: {line: how often}}, over all programs and all instances of a template."""
    lines = collections.defaultdict(dict)
    for data in build.rglob("*.gcda"):
        told = subprocess.run(["gcov", "--json-format", "--stdout", data], capture_output=True, check=True, cwd=build).stdout
        for document in told.splitlines():
            report = json.loads(document)
            for file in report["files"]:
                path = pathlib.Path(report["current_working_directory"], file["file"]).resolve()
                if not path.is_relative_to(ROOT) or not str(path.relative_to(ROOT)).startswith(PARTS):
                    continue
                of_file = lines[str(path.relative_to(ROOT))]
                for line in file["lines"]:
                    number = line["line_number"]
                    of_file[number] = max(of_file.get(number, 0), line["count"])
    return lines


def ranges(numbers):
    """[3, 4, 5, 9] -> 3-5, 9"""
    runs = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def main():
    lines = counts(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "release").resolve())
    if not lines:
        sys.exit("no counts: configure with -DAGSWEEP_COVERAGE=ON, build, and run the tests")
    missed = {file: [number for number, count in of_file.items() if count == 0] for file, of_file in lines.items()}
    total = sum(map(len, missed.values()))
    for file in sorted(missed):
        if missed[file]:
            print(f"{file}: {ranges(missed[file])}")
    print(f"CUDA part: {total} of {sum(map(len, lines.values()))} lines in {len(lines)} files are not executed by a test (at most {MOST})")
    sys.exit(total > MOST)


if __name__ == "__main__":
    main()
