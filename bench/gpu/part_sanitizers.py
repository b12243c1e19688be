"""The kernels' tests, whose shapes are small, under compute-sanitizer's tools."""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor

TOOLS = ("memcheck", "racecheck", "initcheck")
API_ERRORS = {"memcheck": ["--report-api-errors", "no"]}  # a test asks for more memory than there is


def run(machine, report):
    sanitizer = shutil.which("compute-sanitizer") or shutil.which("compute-sanitizer", path="/usr/local/cuda/bin")
    if sanitizer is None:
        report.row("compute-sanitizer", "not on this machine")
        return
    with ThreadPoolExecutor(len(TOOLS)) as pool:  # nothing is timed
        list(pool.map(lambda tool: under(tool, sanitizer, machine, report), TOOLS))


def under(tool, sanitizer, machine, report):
    for program in machine.test_programs():
        if "kernels" not in program.name and tool != "memcheck":
            continue  # LibTorch's and NVIDIA's own kernels: slow there, and not ours
        what = f"{tool} {program.name}"
        with report.attempt(what):
            result = machine.run(sanitizer, "--tool", tool, "--error-exitcode", 99, *API_ERRORS.get(tool, []), program, check=False)
            found = re.findall(r"(ERROR SUMMARY: .*|RACECHECK SUMMARY: .*)", result.output)
            passed = re.search(r"\[  PASSED  \] (\d+) test", result.output)
            told = f"{passed[1] if passed else 0} tests, {found[-1].split(': ', 1)[1] if found else f'exit {result.code}'}"
            report.row(what, told, "no error", result.code == 0 and passed is not None)
