"""Threads, processes and files that the system refuses end in one error that names what was wanted and the limit, with exit 1.

usage: limits_test.py AGSWEEP TOKENIZER_DIR IO_SHIM
"""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, main, tiny  # noqa: E402
from sweep_program import SIMPLE  # noqa: E402

DONE, FAILED = 0, 1
SHIM = pathlib.Path(sys.argv.pop(3)).resolve() if len(sys.argv) > 3 else None


class Limits(ProgramTest):
    def refused_threads(self, *args, **how):
        """Refuses each thread in turn until the command needs no more. @returns how many there are"""
        for thread in range(1, 20):
            result = self.program.run(*args, "--out", self.folder / f"out{thread}", env={"LD_PRELOAD": SHIM, "IO_SHIM_THREADS": thread}, **how)
            if result.code == DONE:
                return thread - 1
            with self.subTest(f"{args[0]}, thread {thread}"):
                result.check(FAILED)
                self.assertEqual(len(result.errors), 1, result)
                self.assertRegex(result.stderr, r"cannot start a thread for .+: Resource temporarily unavailable \(ulimit -u: .+\)")
        raise AssertionError("it never ends well")

    def test_each_thread_of_a_training(self):
        self.assertEqual(self.refused_threads("train", "--data", self.data, *tiny("--threads", 3)), 3)

    def test_each_thread_of_a_sweep(self):
        (self.folder / "s.toml").write_text(SIMPLE.replace("trials = 4", "trials = 3"))
        sweep = ["sweep", "--spec", self.folder / "s.toml", "--data", self.data, "--threads", 1]
        self.assertGreaterEqual(self.refused_threads(*sweep, "--trials-per-rank", 3), 4)

    def test_each_thread_of_prepare(self):
        self.refused_threads("prepare", "--synthetic", 40, "--tokenizer", self.program.tokenizer)

    def test_files(self):
        for most in range(3, 12):
            command = ["prlimit", f"--nofile={most}", *map(str, self.program.command("evaluate", self.folder / "run", "--data", self.data))]
            result = subprocess.run(command, env=self.program.environment(), capture_output=True, text=True, timeout=30)
            if "Too many open files" in result.stderr and result.stderr.startswith("error: "):
                self.assertIn(f"(ulimit -n: {most})", result.stderr)
                self.assertEqual(result.returncode, 1, result.stderr)


if __name__ == "__main__":
    main()
