"""The tests that run on a device: all must pass."""

import re

from machine import Failed


def counted(output):
    """(passed, [failed tests]) of GoogleTest's output."""
    passed = re.search(r"\[  PASSED  \] (\d+) test", output)
    return int(passed[1]) if passed else 0, sorted(set(re.findall(r"\[  FAILED  \] (\w[\w./]*\.[\w./]+)", output)))


def run(machine, report):
    programs = machine.test_programs()
    if not programs:
        raise Failed("no program gpu_*_test is there")
    for program in programs:
        with report.attempt(program.name):
            result = machine.run(program, check=False)
            passed, failed = counted(result.output)
            told = f"{passed} passed, {len(failed)} failed" + "".join(f"; {name}" for name in failed[:4])
            report.row(program.name, told if result.code == 0 or failed else f"{told}; exit {result.code}", "all pass", result.code == 0 and passed > 0)
