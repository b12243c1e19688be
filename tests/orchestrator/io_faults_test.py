"""Each call that reads or changes a file may fail: the command then says which file and why, or does without; nothing is lost or wrong.

Every command is run once for each of its calls that is tried, in which that call fails. By default 100 or so are tried, spread evenly; --all
tries every one (hours).

usage: io_faults_test.py AGSWEEP TOKENIZER_DIR IO_SHIM [--all]
"""

import os
import pathlib
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, contents, main  # noqa: E402
from tiny_outcomes import SPEC, TINY, TINY_LORA, run_outcome, sweep_outcome  # noqa: E402

SHIM = pathlib.Path(sys.argv.pop(3)).resolve() if len(sys.argv) > 3 else None
ALL = "--all" in sys.argv
if ALL:
    sys.argv.remove("--all")
DONE, FAILED, TRIALS_FAILED, DATA = 0, 1, 3, 4
TRANSFERS = ("write", "pwrite", "read", "pread")
WORDS = {"EIO": "Input/output error", "ENOSPC": "No space left", "EINTR": "Interrupted"}


class IoFaults(ProgramTest):
    """made: a finished run of each kind and a sweep, which commands read."""

    @classmethod
    def setUpClass(cls):
        cls.made = cls.data.parent / "made"
        if cls.made.exists():
            return
        cls.made.mkdir()
        (cls.made / "s.toml").write_text(SPEC)
        program = cls.program
        program.run("train", "--data", cls.data, "--out", cls.made / "run", *TINY, "--epochs", 1).check()
        program.run("random-gpt2", "--out", cls.made / "gpt2", "--layers", 1, "--d-model", 8, "--heads", 1, "--ffn", 16).check()
        program.run("train", "--weights", cls.made / "gpt2", "--data", cls.data, "--out", cls.made / "lora", *TINY_LORA, "--epochs", 1).check()
        program.run("sweep", "--spec", cls.made / "s.toml", "--data", cls.data, "--out", cls.made / "sweep", "--threads", 1).check()

    def try_each(self, sample, command, outcome, resume=None, setup=None, rank=None, ranks=1):
        """command, outcome and setup take a case's own folder; resume: options by which the command goes on. sample: how many are tried."""
        def run(folder, *options, **shim):
            shim = {"LD_PRELOAD": SHIM, "IO_SHIM_UNDER": self.folder, **({} if rank is None else {"IO_SHIM_RANK": rank}), **shim}
            return self.program.run(*command(folder), *options, env=shim, ranks=ranks, timeout=90)

        def case(name):
            folder = self.folder / name
            folder.mkdir()
            shutil.copytree(self.made, folder / "made")
            if setup is not None:
                setup(folder)
            return folder

        reference = case("reference")
        log = self.folder / "calls"
        run(reference, IO_SHIM_COUNT=log).check()
        expected = outcome(reference)
        cases = []
        for line in log.read_text().splitlines():
            number, call, _ = line.split(" ", 2)
            kinds = {"EIO", "EINTR"} if call in ("read", "pread", "fsync", "unlink") else {"EIO", "ENOSPC", "EINTR"}
            cases += [(int(number), kind) for kind in sorted(kinds | ({"SHORT"} if call in TRANSFERS else set()))]
        if not ALL:
            cases = cases[len(cases) // sample // 2 :: max(1, len(cases) // sample)]

        def try_one(one):
            number, kind = one
            folder = case(f"{number}{kind}")
            before = outcome(folder)
            log = folder.with_suffix(".calls")
            result = run(folder, IO_SHIM_COUNT=log, IO_SHIM_FAIL=f"{number}:{kind}")
            hit = next((line.removesuffix(" FAILED") for line in log.read_text().splitlines() if line.endswith(" FAILED")), None)
            wrong = []
            if result.code not in (DONE, FAILED, TRIALS_FAILED, DATA):
                wrong.append(f"exit {result.code}")
            if result.code == DONE and outcome(folder) != expected:
                wrong.append("exit 0, and another outcome")
            if result.code != DONE and hit:
                told = result.stderr + "".join(path.read_text() for path in folder.glob("*/results.csv"))
                if kind in WORDS and WORDS[kind] not in told:
                    wrong.append("the cause is not told")
                if str(folder) not in told:
                    wrong.append("no file is named")
                if result.code != TRIALS_FAILED and len(result.errors) != 1:
                    wrong.append(f"{len(result.errors)} errors are told")
                if resume is None and outcome(folder) not in (before, expected):
                    wrong.append("half an outcome is left")
                again = self.program.run(*command(folder), *(resume or []), ranks=ranks, timeout=90)
                if again.code != DONE or outcome(folder) != expected:
                    wrong.append(f"run again: exit {again.code}, {'the' if outcome(folder) == expected else 'another'} outcome: {again.stderr[-400:]}")
                if list(folder.rglob("*.tmp")):
                    wrong.append("temporary files are left")
            shutil.rmtree(folder)
            return wrong and f"{kind} at {hit}: {', '.join(wrong)}\n{result.stderr[-600:]}"

        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            problems = [problem for problem in pool.map(try_one, cases) if problem]
        print(f"{self.id().rpartition('.')[2]}: {len(cases)} cases, wrong: {len(problems)}", file=sys.stderr)
        self.assertEqual(problems, [], "\n\n".join(problems))

    def test_prepare(self):
        self.try_each(16, lambda folder: ["prepare", "--synthetic", 60, "--tokenizer", self.program.tokenizer, "--out", folder / "data.h5"],
                      lambda folder: (folder / "data.h5").read_bytes(), setup=lambda folder: (folder / "data.h5").write_text("old"))

    def test_train(self):
        self.try_each(20, lambda folder: ["train", "--data", self.data, "--out", folder / "run", *TINY, "--epochs", 2, "--checkpoint-every", 2],
                      lambda folder: run_outcome(folder / "run"), resume=["--resume"])

    def test_train_on_two_ranks(self):
        for rank in (0, 1):
            with self.subTest(rank=rank):
                shutil.rmtree(self.folder)
                self.folder.mkdir()
                self.try_each(5, lambda folder: ["train", "--data", folder / "made/run/../../d.h5", "--out", folder / "run", *TINY, "--epochs", 1,
                                                 "--timeout", 20], lambda folder: run_outcome(folder / "run"), resume=["--resume"],
                              setup=lambda folder: shutil.copy(self.data, folder / "d.h5"), rank=rank, ranks=2)

    def sweep_command(self, folder):
        return ["sweep", "--spec", folder / "made/s.toml", "--data", self.data, "--out", folder / "sweep", "--threads", 1, "--timeout", 20]

    def test_sweep(self):
        self.try_each(20, self.sweep_command, lambda folder: sweep_outcome(folder / "sweep"), resume=["--resume", "--retry-failed"])

    def test_sweep_on_two_ranks(self):
        for rank in (0, 1):
            with self.subTest(rank=rank):
                shutil.rmtree(self.folder)
                self.folder.mkdir()
                self.try_each(6, self.sweep_command, lambda folder: sweep_outcome(folder / "sweep"), resume=["--resume", "--retry-failed"],
                              rank=rank, ranks=2)

    def test_aggregate(self):
        self.try_each(12, lambda folder: ["aggregate", folder / "made/sweep", "--out", folder / "t.csv"],
                      lambda folder: re.sub(r"/[^,]*/made", "", (folder / "t.csv").read_text()), setup=lambda folder: (folder / "t.csv").write_text("old"))

    def test_report(self):
        self.try_each(8, lambda folder: ["report", folder / "made/sweep", "--out", folder / "p.html"],
                      lambda folder: len((folder / "p.html").read_text()) > 1000, setup=lambda folder: (folder / "p.html").write_text("old"))

    def test_export(self):
        for kind in ("--peft", "--merged"):
            with self.subTest(kind):
                shutil.rmtree(self.folder)
                self.folder.mkdir()
                self.try_each(6, lambda folder: ["export", folder / "made/lora", "--tokenizer", self.program.tokenizer, kind, folder / "out",
                                                  "--weights", self.made / "gpt2", *(["--base-name", "gpt2"] if kind == "--peft" else [])],
                              lambda folder: contents(folder / "out") if (folder / "out").exists() else None)

    def test_evaluate(self):
        self.try_each(8, lambda folder: ["evaluate", folder / "made/run", "--data", self.data, "--out", folder / "p.csv"],
                      lambda folder: (folder / "p.csv").read_text(), setup=lambda folder: (folder / "p.csv").write_text("old"))


if __name__ == "__main__":
    main()
