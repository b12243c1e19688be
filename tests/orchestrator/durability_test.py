"""Nothing that was answered is lost by a power cut at any moment, and no fsync is there in vain.

A training and a sweep are recorded call by call. After each call the model of tests/support/io_record.py tells what a power cut would leave,
which must hold what the program has relied on by then. Some of these states are gone on with, to the same bits.

usage: durability_test.py AGSWEEP TOKENIZER_DIR IO_SHIM
"""

import hashlib
import json
import pathlib
import re
import shutil
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, main, tiny  # noqa: E402
from io_record import Disk, read_calls, write_out  # noqa: E402
from same_bits_test import bits  # noqa: E402
from sweep_program import SIMPLE, SweepTest  # noqa: E402

SHIM = pathlib.Path(sys.argv.pop(3)).resolve() if len(sys.argv) > 3 else None
EPOCHS, STEPS = 3, 6  # of the training; steps of an epoch
# Nobody relies on these: who works here, what happened when, curves for the eye.
FREE = re.compile(r"/sweep\.lock|/log\.txt$|\.tfevents\.|\.agsweep\.tmp$|/report\.html$|/sweep\.toml$")


def metadata(data):
    """Of a whole checkpoint; null for one that is torn."""
    if data is None or len(data) < 8:
        return None
    length = struct.unpack("<Q", data[:8])[0]
    if len(data) < 8 + length:
        return None
    header = json.loads(data[8:8 + length])
    end = max((entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"), default=0)
    return header["__metadata__"] if len(data) == 8 + length + end else None


def newest_checkpoint(state, run):
    """The newest generation's (step, state) of a run, or (-1, None); a torn one under its final name raises."""
    newest = -1, None
    for path, data in state.items():
        if re.fullmatch(re.escape(run) + r"/checkpoints/step-\d+\.safetensors", path):
            found = metadata(data)
            assert found is not None, f"{path} has its name and is torn"
            newest = max(newest, (int(found["step"]), found["state"]))
    return newest[0], json.loads(newest[1]) if newest[1] else None


def seals_fit(state, run, checkpoint):
    for name, seal in checkpoint["seals"].items():
        if name != "config.toml":
            rows = (state.get(f"{run}/{name}") or b"")[:seal["bytes"]]
            assert hashlib.sha256(rows).hexdigest() == seal["sha256"], f"{name} lacks rows that the checkpoint of step {checkpoint['step']} relies on"
    assert state.get(f"{run}/config.toml"), "a checkpoint without its options"


def step_written(call):
    """The step of a row of steps.csv; 0 for another call."""
    row = call.data.partition(b",")[0]
    return int(row) if call.name == "write" and call.path.endswith("/steps.csv") and row.isdigit() else 0


def journal_reports(data):
    """{(trial, epoch)} of whole lines."""
    lines = [json.loads(line) for line in (data or b"").split(b"\n")[:-1]]
    return {(line["trial_id"], line["step"]) for line in lines if line["op_code"] == 7}


def end_violations(disk):
    """What ended well and does not stay: the first file of it."""
    left = disk.left()
    for path, inode in disk.names.items():
        if inode is not None and not FREE.search(path) and left.get(path) != inode.data:
            yield f"the end: {path} is not for good"
            return


def training_violations(calls, root):
    """What a power cut would lose of a training that was relied on: at most one line a call, as they are found."""
    disk, run = Disk(root), f"{root}/run"
    for number, call in enumerate(calls):
        disk.apply(call)
        try:
            step = step_written(call)
            if step or (call.name == "rename" and "/checkpoints/" in call.other):
                for state in (disk.left(), disk.left(names_first=True)):
                    at, checkpoint = newest_checkpoint(state, run)
                    if checkpoint:
                        seals_fit(state, run, checkpoint)
                    assert at >= (step - 1) // STEPS * STEPS or step <= STEPS, f"step {step} is trained, and the newest checkpoint is of step {at}"
        except AssertionError as error:
            yield f"call {number}: {error}"
    yield from end_violations(disk)


def sweep_violations(calls, root):
    disk, sweep = Disk(root), f"{root}/sweep"
    journal = f"{sweep}/journal.log"
    for number, call in enumerate(calls):
        disk.apply(call)
        try:
            trial = re.match(re.escape(sweep) + r"/trials/(\d+)/", call.path)
            left = disk.left()
            if step := trial and step_written(call):
                trained, epoch = int(trial[1]), (step - 1) // STEPS  # the epochs before have been answered
                assert epoch == 0 or (trained, epoch) in journal_reports(left.get(journal)), f"trial {trained} goes on after epoch {epoch}"
            if call.name == "write" and call.path == journal:
                assert left.get(f"{sweep}/sweep.resolved.toml"), "a journal without its spec"
                for reported, epoch in journal_reports(disk.names[journal].data) - journal_reports(left.get(journal)):
                    for state in (left, disk.left(names_first=True)):
                        step, checkpoint = newest_checkpoint(state, f"{sweep}/trials/{reported:04}")
                        assert step >= epoch * STEPS, f"epoch {epoch} of trial {reported} is reported, and its checkpoint is not for good"
                        seals_fit(state, f"{sweep}/trials/{reported:04}", checkpoint)
            if call.name == "unlink" and re.search(r"/checkpoints$", call.path) and trial:
                result = json.loads(left.get(f"{sweep}/trials/{trial[1]}/result.json") or b"{}")
                assert result.get("status") == "done", f"trial {trial[1]} has no checkpoint, and no result"
                for kept in [name for name in disk.names if name == f"{sweep}/trials/{trial[1]}/model.safetensors"]:
                    assert left.get(kept) == disk.names[kept].data, f"trial {trial[1]} has no checkpoint, and its weights are not for good"
        except AssertionError as error:
            yield f"call {number}: {error}"
    yield from end_violations(disk)


def synced_kinds(calls):
    """{what is synced: its calls}, numbers left out of the names."""
    kinds = {}
    for call in calls:
        if call.name == "fsync":
            name = re.sub(r"\.\d+\.agsweep", ".N.agsweep", re.sub(r"\d{4,}", "N", call.path))
            target = re.sub(r"/\.([^/]*)\.[^/.]*\.agsweep\.tmp$", r"/\1", call.path)  # of a temporary file
            if not FREE.search(target):
                kinds.setdefault(name, []).append(call)
    return kinds


class Durability:
    def record(self, *args, **how):
        root = self.folder / "disk"
        root.mkdir()
        log = self.folder / "calls"
        self.program.run(*args, env={"LD_PRELOAD": SHIM, "IO_SHIM_UNDER": root, "IO_SHIM_RECORD": log}, **how).check()
        return [call for call in read_calls(log)], str(root)

    def check_every_fsync_counts(self, violations, calls, root):
        kinds = synced_kinds(calls)
        self.assertGreater(len(kinds), 5, kinds.keys())
        for kind, dropped in kinds.items():
            with self.subTest(kind.removeprefix(root)):
                rest = [call for call in calls if not any(call is one for one in dropped)]
                self.assertIsNotNone(next(violations(rest, root), None), "nothing needs this fsync, or the test does not see it")


class Training(Durability, ProgramTest):
    OPTIONS = tiny("--epochs", EPOCHS, "--checkpoint-every", 3, "--patience", 0, "--threads", 1)

    def test_leaves_what_is_relied_on_at_any_moment(self):
        calls, root = self.record("train", "--data", self.data, "--out", self.folder / "disk/run", *self.OPTIONS)
        self.assertEqual(list(training_violations(calls, root)), [])
        self.check_every_fsync_counts(training_violations, calls, root)
        expected = bits(self.folder / "disk/run")
        for part in range(1, 9):
            with self.subTest(f"{part}/9 of the calls"):
                disk = Disk(root)
                for call in calls[: len(calls) * part // 9]:
                    disk.apply(call)
                for number, state in enumerate((disk.left(), disk.left(names_first=True), disk.torn(0.5))):
                    again = self.folder / f"again{part}{number}"
                    write_out(state, root, again)
                    (again / "run/sweep.lock").unlink(missing_ok=True)  # that of a host that is gone
                    self.program.run("train", "--data", self.data, "--out", again / "run", *self.OPTIONS, "--resume").check()
                    self.assertEqual(bits(again / "run"), expected)
                    shutil.rmtree(again)


class Sweep(Durability, SweepTest):
    SPEC = SIMPLE.replace("epochs = 2", f"epochs = {EPOCHS}").replace("trials = 4", "trials = 3")

    def test_leaves_what_is_relied_on_at_any_moment(self):
        (self.folder / "s.toml").write_text(self.SPEC)
        command = ["sweep", "--spec", self.folder / "s.toml", "--data", self.data, "--threads", 1, "--out"]
        calls, root = self.record(*command, self.folder / "disk/sweep")
        self.assertEqual(list(sweep_violations(calls, root)), [])
        self.check_every_fsync_counts(sweep_violations, calls, root)
        expected = self.outcome(self.folder / "disk/sweep")
        for part in range(1, 9):
            with self.subTest(f"{part}/9 of the calls"):
                disk = Disk(root)
                for call in calls[: len(calls) * part // 9]:
                    disk.apply(call)
                for number, state in enumerate((disk.left(), disk.torn(0.5))):
                    again = self.folder / f"again{part}{number}"
                    write_out(state, root, again)
                    (again / "sweep/sweep.lock").unlink(missing_ok=True)
                    self.program.run(*command, again / "sweep", "--resume").check()
                    self.assertEqual(self.outcome(again / "sweep"), expected)
                    shutil.rmtree(again)


if __name__ == "__main__":
    main()
