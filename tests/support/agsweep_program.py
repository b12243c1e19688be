"""agsweep as a user runs it, for end-to-end tests: alone or under mpirun, with a time limit, on a tiny made-up corpus.

    import pathlib, sys
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
    from agsweep_program import ProgramTest, main, tiny

    class Training(ProgramTest):
        def test_leaves_a_result(self):
            self.program.run("train", "--data", self.data, "--out", self.folder / "run", *tiny("--epochs", 3), ranks=2).check()

    if __name__ == "__main__":
        main()          # x_test.py AGSWEEP TOKENIZER_DIR [unittest's arguments]
"""

import ctypes
import hashlib
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from dataclasses import dataclass

# A geometry whose step takes milliseconds. --shards is given so that a run has the same bits on any machine.
TINY = ["--layers", "1", "--d-model", "8", "--heads", "2", "--ffn", "16", "--shards", "4", "--batch-size", "64", "--epochs", "2"]

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


def tiny(*options):
    """TINY with these options added, or in the place of its own."""
    names = set(map(str, options))
    kept = [text for pair in zip(TINY[::2], TINY[1::2]) if pair[0] not in names for text in pair]
    return [*kept, *map(str, options)]


def has_driver():
    """Of an NVIDIA GPU, whether or not it works."""
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


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


def wait_until(happened, job=None):
    """Looks every millisecond; a job that ends first will never make it happen."""
    while not happened():
        if job is not None and job.poll() is not None:
            raise AssertionError("the job ended too early")
        time.sleep(0.001)


def wait_for_lines(path, lines, job):
    """Until a file that the job writes has this many."""
    wait_until(lambda: path.exists() and path.read_bytes().count(b"\n") >= lines, job)


def cpu_seconds(pid):
    """What a process has computed so far, on all its threads."""
    user, system = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


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


def contents(folder):
    """{path: SHA-256, or None for a folder} of all below a folder."""
    return {str(path.relative_to(folder)): None if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(pathlib.Path(folder).rglob("*"))}


def reseal(path, **values):
    """Gives a JSON record other values, as if agsweep had written it so: its seal, and those of the files beside it, are made anew."""
    record = json.loads(path.read_text()) | values | {"seal": "0" * 64}
    for name in record.get("files", {}):
        content = (path.parent / name).read_bytes()
        record["files"][name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    text = json.dumps(record)
    path.write_text(text.replace("0" * 64, hashlib.sha256(text.encode()).hexdigest()))


class ProgramTest(unittest.TestCase):
    """program and data (the module's tiny corpus) are set by main(); folder is an empty one for each test."""

    program: Program
    data: pathlib.Path
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="test-", dir=self.data.parent))
        self.addCleanup(shutil.rmtree, self.folder)

    def train(self, name, *options, code=0, **how):
        """Trains the tiny model into folder/name; options replace TINY's. @returns the run's folder"""
        run = self.folder / name
        self.program.run("train", "--data", self.data, "--out", run, *tiny(*options), **how).check(code)
        return run

    def refused(self, code, says, *args, **how):
        """Runs a command that must exit with this code after one line "error: .." with each text of `says`, and leave folder as it was.

        @returns the Result
        """
        before = contents(self.folder)
        result = self.program.run(*args, **{"timeout": 30} | how).check(code)
        self.assertEqual(len(result.errors), 1, f"one error is told: {result}")
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, result.stderr, f"told: {result}")
        self.assertEqual(result.stdout, "", f"nothing on stdout: {result}")
        changed = dict(before.items() ^ contents(self.folder).items())
        self.assertEqual(list(changed), [], f"no file is made or changed: {result}")
        return result


class RunTest(ProgramTest):
    """run_folder is each test's own copy of one finished run of the tiny model."""

    @classmethod
    def setUpClass(cls):
        cls.trained = cls.data.parent / f"run-of-{cls.__name__}"
        cls.program.run("train", "--data", cls.data, "--out", cls.trained, *tiny()).check()

    def setUp(self):
        super().setUp()
        self.run_folder = self.folder / "run"
        shutil.copytree(self.trained, self.run_folder)


def main():
    """x_test.py AGSWEEP TOKENIZER_DIR [unittest's arguments]"""
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} AGSWEEP TOKENIZER_DIR [unittest's arguments]")
    ProgramTest.program = Program(sys.argv[1], sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="agsweep-") as scratch:
        ProgramTest.data = ProgramTest.program.prepare(pathlib.Path(scratch) / "data.h5")
        unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[3:]])
