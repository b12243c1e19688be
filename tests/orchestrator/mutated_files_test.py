"""Whatever happens to a file that a command reads: it is refused by name, or read as what it was. Nothing crashes, hangs or gives another result.

Each case is a random mutation of one file and a command that reads it. A record, which agsweep wrote and trusts later, is refused or leaves
the result as it is; a user's input may have another meaning then, but ends no command otherwise than with a result or a clear error.

AGSWEEP_MUTATIONS in the environment: how many, instead of 130; AGSWEEP_SEED: which; AGSWEEP_CASE: a case as it is printed, to run it alone.

usage: mutated_files_test.py AGSWEEP TOKENIZER_DIR
"""

import json
import os
import pathlib
import random
import resource
import shutil
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, contents, main, wait_until  # noqa: E402
from mutations import mutated  # noqa: E402
from tiny_outcomes import SPEC, TINY, TINY_LORA, run_outcome, sweep_outcome  # noqa: E402

TOTAL = int(os.environ.get("AGSWEEP_MUTATIONS", 130))
SEED = int(os.environ.get("AGSWEEP_SEED", 1))
ONE = os.environ.get("AGSWEEP_CASE")
MANY = TOTAL >= 1000 or ONE
DONE, REFUSED = 0, (1, 2, 4)
TEXTS = "the central bank raised rates\n\nthe team won the match in the last minute\n"


def without(json_text, *keys):
    return {key: value for key, value in json.loads(json_text).items() if key not in keys}


@dataclass(frozen=True)
class Reader:
    """A command that reads a file, and what of its outcome must be the same. `at` is a folder with a copy of the file's own folder."""

    command: Callable  # of at
    outcome: Callable = lambda at, told: told  # of at and stdout
    stdin: Callable = lambda at: TEXTS


def readers(data, tokenizer, made):
    """By name. made: where undamaged folders lie."""
    new_run = [*TINY, "--max-steps", 1]
    evaluate = ["evaluate", made / "run", "--json", "--data"]
    resume = ["--data", data, "--resume", "--threads", 1, "--out"]
    confirm = ["--data", data, "--top", 1, "--threads", 1, "--json", "--seeds"]

    def page(at, _):
        return (at / "r.html").read_text()

    return {
        "status": Reader(lambda at: ["status", at / "sweep", "--json"], lambda _, told: without(told, "journal_written")),
        "status of mailed": Reader(lambda at: ["status", at / "mailed", "--json"], lambda _, told: without(told, "journal_written", "lock")),
        "aggregate": Reader(lambda at: ["aggregate", at / "sweep", "--format", "json"]),
        "report": Reader(lambda at: ["report", at / "sweep", "--out", at / "r.html"], page),
        "report of tested": Reader(lambda at: ["report", at / "tested", "--out", at / "r.html"], page),
        "sweep --resume": Reader(lambda at: ["sweep", *resume, at / "sweep"], lambda at, _: sweep_outcome(at / "sweep")),
        "sweep --resume of mailed": Reader(lambda at: ["sweep", *resume, at / "mailed"], lambda at, _: sweep_outcome(at / "mailed")),
        "sweep --dry-run": Reader(lambda at: ["sweep", "--spec", at / "spec/s.toml", "--data", data, "--out", at / "out", "--dry-run"]),
        "confirm": Reader(lambda at: ["confirm", at / "sweep", "--out", at / "out", *confirm, 7], lambda _, told: without(told, "sweep", "seal")),
        "confirm --resume": Reader(lambda at: ["confirm", made / "sweep", "--out", at / "tested", *confirm, "1..2", "--resume"]),
        "compare": Reader(lambda at: ["compare", at / "tested", made / "tested", "--json"]),
        "reproduce --resume": Reader(lambda at: ["reproduce", *REPRODUCE, "--data", data, "--out", at / "repro", "--resume", "--json"],
                                     lambda _, told: without(told, "command")),
        "evaluate": Reader(lambda at: ["evaluate", at / "run", "--data", data, "--json"]),
        "evaluate of trial": Reader(lambda at: ["evaluate", at / "sweep/trials/0002", "--data", data, "--json"]),
        "evaluate on data": Reader(lambda at: [*evaluate, at / "data/data.h5", "--out", at / "p.csv"], lambda at, _: (at / "p.csv").read_text()),
        "evaluate of lora": Reader(lambda at: ["evaluate", at / "lora", "--data", data, "--json"]),
        "evaluate with weights": Reader(lambda at: ["evaluate", made / "lora", "--data", data, "--weights", at / "gpt2", "--json"]),
        "evaluate of peft": Reader(lambda at: ["evaluate", at / "peft", "--data", data, "--weights", made / "gpt2", "--json"]),
        "embed": Reader(lambda at: ["embed", at / "run", "--data", data, "--out", at / "h.npy"], lambda at, _: (at / "h.npy").read_bytes()),
        "predict": Reader(lambda at: ["predict", at / "run", "--tokenizer", tokenizer]),
        "predict with tokenizer": Reader(lambda at: ["predict", made / "run", "--tokenizer", at / "tokenizer"]),
        "predict with peft's": Reader(lambda at: ["predict", made / "run", "--tokenizer", at / "peft"]),
        "predict --csv": Reader(lambda at: ["predict", made / "run", "--tokenizer", tokenizer, "--csv", at / "texts/texts.csv"]),
        "predict < texts": Reader(lambda at: ["predict", made / "run", "--tokenizer", tokenizer], stdin=lambda at: (at / "texts/list").read_bytes()),
        "replay": Reader(lambda at: ["replay", at / "run"]),
        "export": Reader(lambda at: ["export", at / "lora", "--merged", at / "out", "--tokenizer", tokenizer], lambda at, _: contents(at / "out")),
        "train --resume": Reader(lambda at: ["train", "--out", at / "run", "--resume", "--json"]),
        "train --resume of stopped": Reader(lambda at: ["train", "--out", at / "stopped", "--resume"], lambda at, _: run_outcome(at / "stopped")),
        "train on data": Reader(lambda at: ["train", "--data", at / "data/data.h5", "--out", at / "out", *new_run],
                                lambda at, _: run_outcome(at / "out")),
        "train --config": Reader(lambda at: ["train", "--config", at / "run/config.toml", "--data", data, "--out", at / "out", *new_run]),
        "train --init": Reader(lambda at: ["train", "--init", at / "run/model.safetensors", "--data", data, "--out", at / "out", *new_run]),
        "train --weights": Reader(lambda at: ["train", "--weights", at / "gpt2", "--data", data, "--out", at / "out", *TINY_LORA,
                                              "--epochs", 1, "--max-steps", 1]),
        "prepare": Reader(lambda at: ["prepare", "--csv-dir", at / "csv", "--tokenizer", tokenizer, "--out", at / "out.h5"]),
        "prepare with tokenizer": Reader(lambda at: ["prepare", "--synthetic", 40, "--tokenizer", at / "tokenizer", "--out", at / "out.h5"]),
    }


# Of each file the commands that read it, and how many times as often as others it is tried.
OF_SWEEP = "status, aggregate, sweep --resume, report, status, aggregate, confirm"
RECORDS = [
    ("run/config.toml", "evaluate, predict, train --resume, embed, replay", 2),
    ("run/model.safetensors", "evaluate, predict, embed, replay", 2),
    ("run/result.json", "train --resume, evaluate, replay", 2),
    ("run/steps.csv", "replay, train --resume", 1),
    ("run/hashes.csv", "replay, train --resume", 1),
    ("run/epochs.csv", "replay, train --resume", 1),
    ("run/checkpoints/step-00000008.safetensors", "train --resume", 1),
    ("stopped/config.toml", "train --resume of stopped", 2),
    ("stopped/steps.csv", "train --resume of stopped", 2),
    ("stopped/epochs.csv", "train --resume of stopped", 2),
    ("stopped/hashes.csv", "train --resume of stopped", 2),
    ("stopped/checkpoints/step-00000008.safetensors", "train --resume of stopped", 2),
    ("stopped/checkpoints/step-00000006.safetensors", "train --resume of stopped", 1),
    ("lora/config.toml", "evaluate of lora, export", 1),
    ("lora/model.safetensors", "evaluate of lora, export", 1),
    ("lora/result.json", "export, evaluate of lora", 1),
    ("gpt2/config.json", "evaluate with weights", 1),
    ("gpt2/model.safetensors", "evaluate with weights", 2),
    ("tokenizer/encoder.json", "predict with tokenizer", 1),
    ("tokenizer/vocab.bpe", "predict with tokenizer", 1),
    ("peft/vocab.json", "predict with peft's", 1),
    ("peft/merges.txt", "predict with peft's", 1),
    ("data/data.h5", "evaluate on data, train on data", 3),
    ("sweep/journal.log", OF_SWEEP, 6),
    ("sweep/sweep.resolved.toml", OF_SWEEP, 4),
    ("sweep/sweep.toml", "sweep --resume", 1),
    ("sweep/results.csv", "sweep --resume, aggregate", 1),
    ("sweep/trials/0001/result.json", "aggregate, report, sweep --resume", 3),
    ("sweep/trials/0001/epochs.csv", "report, aggregate", 2),
    ("sweep/trials/0000/config.toml", "report, confirm, sweep --resume", 2),
    ("sweep/trials/0002/model.safetensors", "evaluate of trial", 1),
    ("sweep/trials/0002/config.toml", "evaluate of trial", 1),
    ("mailed/sweep.lock", "status of mailed" + ", sweep --resume of mailed" * bool(MANY), 1),
    ("tested/trials/0000/test.json", "compare, confirm --resume, compare", 2),
    ("tested/trials/0000/predictions_test.csv", "compare, confirm --resume, compare", 2),
    ("tested/trials/0000/embedding.json", "report of tested", 1),
    ("tested/confirm.json", "compare, confirm --resume, compare", 2),
    ("tested/trials/0001/result.json", "compare, confirm --resume, compare", 1),
] + [("repro/arms/scratch/inference.json", "reproduce --resume", 1)] * bool(MANY)
INPUTS = [
    ("csv/train.csv", "prepare", 2),
    ("csv/test.csv", "prepare", 1),
    ("csv/classes.txt", "prepare", 1),
    ("texts/texts.csv", "predict --csv", 1),
    ("texts/list", "predict < texts", 1),
    ("tokenizer/encoder.json", "prepare with tokenizer", 1),
    ("tokenizer/vocab.bpe", "prepare with tokenizer", 1),
    ("spec/s.toml", "sweep --dry-run", 3),
    ("run/config.toml", "train --config", 2),
    ("run/model.safetensors", "train --init", 1),
    ("gpt2/config.json", "train --weights", 2),
    ("gpt2/model.safetensors", "train --weights", 1),
    ("peft/adapter_config.json", "evaluate of peft", 2),
    ("peft/adapter_model.safetensors", "evaluate of peft", 2),
    ("mailed/mail/mail.json", "sweep --resume of mailed, status of mailed", 2),
]
# These are given as folders, and may be named so.
FOLDERS = ("csv", "gpt2", "tokenizer", "peft")
IS_INPUT = {(name, path) for path, names, _ in INPUTS for name in names.split(", ")}
REPRODUCE = ["--models", "scratch", "--epochs-scale", 0.02, "--threads", 1]


def is_torn(whole, content):
    """Whether a journal was damaged in its last line alone, or lost its end: so a process leaves it that was killed before or while it wrote."""
    return whole.startswith(content[: content.rfind(b"\n", 0, max(0, len(content) - 1)) + 1])


def drawn_cases():
    """seed, reader, path, number of each: of the last three all else follows."""
    if ONE:
        return [ONE]
    weights = sum(weight for _, _, weight in RECORDS + INPUTS)
    cases = []
    for path, names, weight in RECORDS + INPUTS:
        names = names.split(", ")
        cases += [f"{SEED}:{names[number % len(names)]}:{path}:{number}" for number in range(max(1, round(TOTAL * weight / weights)))]
    return cases


class MutatedFiles(ProgramTest):
    @classmethod
    def setUpClass(cls):
        """made: a folder of each kind with files that commands read."""
        # A file that asks for too much memory must not take it from the machine.
        resource.setrlimit(resource.RLIMIT_AS, (12 << 30, resource.getrlimit(resource.RLIMIT_AS)[1]))
        cls.made = made = cls.data.parent / "made"
        made.mkdir()
        for folder in ("data", "spec", "csv", "texts"):
            (made / folder).mkdir()
        run = cls.program.run
        shutil.copy(cls.data, made / "data/data.h5")
        shutil.copytree(cls.program.tokenizer, made / "tokenizer")
        (made / "spec/s.toml").write_text(SPEC)
        (made / "texts/list").write_text(TEXTS)
        (made / "texts/texts.csv").write_text("".join(f'1,"{text}","{text}"\n' for text in TEXTS.split("\n") if text))
        rows = "".join(f'"{name}","title {i}","text {i}"\n' for i in range(40) for name in ("Sports", "World"))
        (made / "csv/train.csv").write_text(rows)
        (made / "csv/test.csv").write_text(rows[:200].rpartition("\n")[0] + "\n")
        (made / "csv/classes.txt").write_text("World\nSports\n")
        run("train", "--data", cls.data, "--out", made / "run", *TINY, "--epochs", 2, "--checkpoint-every", 2).check()
        run("embed", made / "run", "--data", cls.data, "--out", made / "hidden.npy").check()
        shutil.copytree(made / "run", made / "stopped")
        for name in ("result.json", "model.safetensors", "predictions_test.csv"):  # as if it had been killed before its end
            (made / "stopped" / name).unlink()
        run("random-gpt2", "--out", made / "gpt2", "--layers", 1, "--d-model", 4, "--heads", 1, "--ffn", 8, "--vocabulary", 50257).check()
        run("train", "--weights", made / "gpt2", "--data", cls.data, "--out", made / "lora", *TINY_LORA, "--epochs", 1).check()
        run("export", made / "lora", "--peft", made / "peft", "--tokenizer", cls.program.tokenizer).check()
        sweep = cls.program.start("sweep", "--spec", made / "spec/s.toml", "--data", cls.data, "--out", made / "sweep", "--threads", 1)
        wait_until((made / "sweep/sweep.lock").exists, sweep)
        lock = (made / "sweep/sweep.lock").read_text()
        cls.program.finish(sweep).check()
        run("confirm", made / "sweep", "--data", cls.data, "--out", made / "tested", "--top", 1, "--seeds", "1..2", "--threads", 1).check()
        run("embed", made / "tested/trials/0000", "--data", cls.data, "--out", made / "hidden.npy").check()
        shutil.copytree(made / "sweep", made / "mailed")
        run("enqueue", made / "mailed", "lr=0.01").check()
        next((made / "mailed/mail").iterdir()).rename(made / "mailed/mail/mail.json")
        (made / "mailed/sweep.lock").write_text(lock)  # of a process that has ended
        if MANY:
            run("reproduce", *REPRODUCE, "--data", cls.data, "--out", made / "repro", timeout=300).check()
        cls.readers = readers(cls.data, cls.program.tokenizer, made)

    def ended(self, reader, path, content=None):
        """Runs a reader where the file has this content, or its own. @returns its Result and, of exit code 0, its outcome"""
        at = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        own, reader = path.partition("/")[0], self.readers[reader]
        try:
            shutil.copytree(self.made / own, at / own, symlinks=True)
            if content is not None:
                times = os.stat(at / path)
                (at / path).write_bytes(content)
                os.utime(at / path, ns=(times.st_atime_ns, times.st_mtime_ns))
            result = self.program.run(*reader.command(at), stdin=reader.stdin(at), timeout=150)
            outcome = reader.outcome(at, result.stdout) if result.code == DONE else None
            result.stdout, result.stderr = (text.replace(str(at), "AT") for text in (result.stdout, result.stderr))
            return result, outcome.replace(str(at), "AT") if isinstance(outcome, str) else outcome
        finally:
            shutil.rmtree(at)

    def try_one(self, case):
        """@returns what it came to: "refused", "same", "other" or "wrong", and a text for the last, which is printed at once"""
        verdict, problem = self.judged(case)
        if problem:
            print(problem, file=sys.stderr, flush=True)
        return verdict, problem

    def judged(self, case):
        _, name, path, _ = case.split(":")
        whole = (self.made / path).read_bytes()
        content, change = mutated(random.Random(case), whole)
        if path == "sweep/journal.log" and is_torn(whole, content):
            name = "sweep --resume"  # other commands cannot tell; this one comes to the same end
        try:
            result, outcome = self.ended(name, path, content)
        except Exception as error:
            return "wrong", f"AGSWEEP_CASE='{case}' ({change}): {error}\n"
        wrong = ""
        if result.code in REFUSED:
            if len(result.errors) != 1:
                wrong = f"{len(result.errors)} errors are told"
            elif path.endswith("config.toml") and "No such file" in result.stderr:
                pass  # a run's inputs may lie elsewhere: the path that the file has now is named
            elif "<" in name and "standard input" in result.stderr:
                pass  # its name
            elif not any(f"AT/{given}" in result.stderr for given in (path, *FOLDERS) if path.startswith(given)):
                wrong = "the file is not named"
            verdict = "refused"
        elif result.code != DONE:
            wrong = f"exit {result.code}"
        else:
            verdict = "same" if outcome == self.expected[name] else "other"
            if verdict == "other" and (name, path) not in IS_INPUT:
                wrong = "exit 0, and another result"
        return ("wrong", f"AGSWEEP_CASE='{case}' ({change}): {wrong}\n{result}\n") if wrong else (verdict, "")

    def test_are_refused_or_change_nothing(self):
        cases = drawn_cases()
        first = {"sweep --resume": "sweep/journal.log"} | {name: path for _, name, path, _ in (case.split(":") for case in cases)}
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            whole = dict(zip(first, pool.map(lambda item: self.ended(*item), first.items())))
            for result, _ in whole.values():
                result.check()
            self.expected = {name: outcome for name, (_, outcome) in whole.items()}
            verdicts = list(pool.map(self.try_one, cases))
        counts = Counter()
        for case, (verdict, _) in zip(cases, verdicts):
            _, name, path, _ = case.split(":")
            counts[path + " (input)" * ((name, path) in IS_INPUT), verdict] += 1
        columns = ("refused", "same", "other", "wrong")
        lines = [f"{'file':<56}{'mutations':>10}" + "".join(f"{column:>9}" for column in columns)]
        for path in [*dict.fromkeys(path for path, _ in counts), "all"]:
            row = [sum(number for (of, kind), number in counts.items() if path in (of, "all") and kind == column) for column in columns]
            lines.append(f"{path:<56}{sum(row):>10}" + "".join(f"{number:>9}" for number in row))
        print("\n".join(lines), file=sys.stderr)
        self.assertEqual(sum(bool(problem) for _, problem in verdicts), 0, "cases went wrong: they are above")


if __name__ == "__main__":
    main()
