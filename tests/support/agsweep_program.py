"""agsweep as a user runs it, for end-to-end tests: alone or under mpirun, with a time limit, on a tiny made-up corpus.

    import pathlib, sys
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
    from agsweep_program import TINY, ProgramTest, main

    class Training(ProgramTest):
        def test_leaves_a_result(self):
            self.program.run("train", "--data", self.data, "--out", self.folder / "run", *TINY, ranks=2).check()

    if __name__ == "__main__":
        main()          # x_test.py AGSWEEP TOKENIZER_DIR [unittest's arguments]
"""

import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tempfile
import unittest
from dataclasses import dataclass

# A geometry whose step takes milliseconds. --shards is given so that a run has the same bits on any machine.
TINY = ["--layers", "1", "--d-model", "32", "--heads", "2", "--ffn", "64", "--shards", "4", "--batch-size", "64", "--epochs", "2"]

# As AGSWEEP_MPI_ENVIRONMENT of tests/CMakeLists.txt, whose reasons stand there.
MPI_ENVIRONMENT = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "ASAN_OPTIONS": "detect_leaks=0",
}
# What an outer launcher would leave there: the program must not take itself for one of its ranks.
LAUNCHERS = ("OMPI_COMM_WORLD_", "PMIX_", "PMI_", "SLURM_")


@dataclass
class Result:
    """A finished command. The code is negative where a signal ended it, as in subprocess."""

    command: list
    code: int
    stdout: str
    stderr: str

    def check(self, code=0):
        """Fails with everything that the command printed unless it exited with this code."""
        if self.code != code:
            raise AssertionError(f"exit {self.code}, expected {code}: {self}")
        return self

    @property
    def errors(self):
        """The lines of stderr that tell of an error."""
        return [line for line in self.stderr.splitlines() if line.startswith("error: ")]

    def __str__(self):
        return f"{shlex.join(self.command)}\nexit {self.code}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"


def kill(process):
    """Ends a process of Program.start with all that it started: mpirun gives each rank its own group, but not its own session."""
    for entry in pathlib.Path("/proc").iterdir():
        try:
            # pid (name) state ppid pgrp session ..; the name may hold anything
            if entry.name.isdigit() and (entry / "stat").read_text().rpartition(")")[2].split()[3] == str(process.pid):
                os.kill(int(entry.name), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has ended by itself
    process.wait()


class Program:
    """A built agsweep, and the folder of GPT-2's tokenizer files."""

    def __init__(self, path, tokenizer):
        self.path = pathlib.Path(path).resolve()
        self.tokenizer = pathlib.Path(tokenizer).resolve()

    def command(self, *args, ranks=1):
        """The command line; with more than one rank, mpirun's."""
        launcher = ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none"] if ranks > 1 else []
        return [*launcher, str(self.path), *map(str, args)]

    def environment(self, env=None):
        """This process's environment, without a launcher's, with what mpirun needs, and with `env`; None there removes a variable."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(LAUNCHERS)}
        return {name: str(value) for name, value in (clean | MPI_ENVIRONMENT | (env or {})).items() if value is not None}

    def start(self, *args, ranks=1, env=None, cwd=None, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE):
        """A Popen (of bytes) that leads a session and process group of its own: to send it signals, and to end it by kill()."""
        return subprocess.Popen(self.command(*args, ranks=ranks), env=self.environment(env), cwd=cwd, stdin=stdin, stdout=stdout,
                                stderr=stderr, start_new_session=True)

    def finish(self, process, timeout=60, stdin=None):
        """Waits for a started process. Past the limit it is killed with its ranks, and the test fails."""
        try:
            out, err = process.communicate(stdin, timeout)
            late = False
        except subprocess.TimeoutExpired:
            kill(process)
            out, err = process.communicate()
            late = True
        text = [(stream or b"").decode(errors="replace") for stream in (out, err)]  # as printed: text mode would turn \r into \n
        result = Result(process.args, process.returncode, *text)
        if late:
            raise AssertionError(f"still running after {timeout} s: {result}")
        return result

    def run(self, *args, ranks=1, env=None, timeout=60, cwd=None, stdin=None, stdout=subprocess.PIPE):
        """Runs to the end. stdin: text or bytes; none is an empty one."""
        given = stdin.encode() if isinstance(stdin, str) else stdin
        pipe = subprocess.DEVNULL if given is None else subprocess.PIPE
        return self.finish(self.start(*args, ranks=ranks, env=env, cwd=cwd, stdin=pipe, stdout=stdout), timeout, given)

    def prepare(self, path, *options, rows=400):
        """A made-up corpus; rows: of train and val, a tenth of them val; test has a fifth as many."""
        self.run("prepare", "--synthetic", rows, "--tokenizer", self.tokenizer, "--out", path, *options).check()
        return pathlib.Path(path)


class ProgramTest(unittest.TestCase):
    """program and data (the module's tiny corpus) are set by main(); folder is an empty one for each test."""

    program: Program
    data: pathlib.Path
    maxDiff = None

    def setUp(self):
        # Beside the corpus, which main() removes too.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="test-", dir=self.data.parent))

    def train(self, name, *options, code=0, **how):
        """Trains the tiny model into folder/name. @returns the run's folder"""
        run = self.folder / name
        self.program.run("train", "--data", self.data, "--out", run, *TINY, *options, **how).check(code)
        return run


def main():
    """x_test.py AGSWEEP TOKENIZER_DIR [unittest's arguments]"""
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} AGSWEEP TOKENIZER_DIR [unittest's arguments]")
    ProgramTest.program = Program(sys.argv[1], sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="agsweep-") as scratch:
        ProgramTest.data = ProgramTest.program.prepare(pathlib.Path(scratch) / "data.h5")
        unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[3:]])
