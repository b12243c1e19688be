"""TensorBoard reads from a run that was resumed twice each tag, step and value once. Argument: run_events."""

import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.compat.proto.event_pb2 import SessionLog
from tensorboard.plugins.hparams import api_pb2
from tensorboard.util import tensor_util

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from hparams_tab import hparams_tab  # noqa: E402

TRAIN = ["train/lr", "train/loss", "train/grad_norm"]
VAL = ["val/loss", "val/accuracy", "val/f1_macro", "val/f1_weighted", "val/precision_macro", "val/recall_macro",
       "best/f1_macro"]
STEPS_PER_EPOCH = 10
random = numpy.random.default_rng(11)


def train(points, resumed, last):
    """Lines for run_events: steps resumed + 1 .. last. points, {tag: {step: value}}, loses what the checkpoint has not seen, gets these."""
    for tag in TRAIN + VAL:
        points[tag] = {step: value for step, value in points.get(tag, {}).items() if step <= resumed}
    lines = [f"open {resumed} {resumed // STEPS_PER_EPOCH}"]

    def report(start, step, tags):
        values = random.normal(size=len(tags)) * 10.0 ** random.integers(-6, 6, len(tags))
        for tag, value in zip(tags, values):
            points[tag][step] = value
        lines.append(" ".join([start, *map(repr, map(float, values))]))

    for step in range(resumed + 1, last + 1):
        report(f"step {step}", step, TRAIN)
        if step % STEPS_PER_EPOCH == 0:
            report(f"epoch {step // STEPS_PER_EPOCH} {step}", step, VAL)
    return lines


def event_files(folder):
    return sorted(folder.glob("events.out.tfevents.*"))


def check(folder, points):
    """What TensorBoard's two readers make of the folder: the older, and the one behind its pages."""
    older = event_accumulator.EventAccumulator(str(folder), {"scalars": 0}, purge_orphaned_data=True).Reload()
    newer = plugin_event_accumulator.EventAccumulator(str(folder), {}, {"scalars": 0}, purge_orphaned_data=True).Reload()
    assert set(older.Tags()["scalars"]) == set(newer.Tags()["tensors"]) == set(TRAIN + VAL)
    for tag in TRAIN + VAL:
        expected = [(step, numpy.float32(value)) for step, value in points[tag].items()]
        assert [(event.step, event.value) for event in older.Scalars(tag)] == expected, tag
        assert [(event.step, tensor_util.make_ndarray(event.tensor_proto).item()) for event in newer.Tensors(tag)] == expected, tag
        assert newer.SummaryMetadata(tag).plugin_data.plugin_name == "scalars"


def check_hparams(run_events, folder):
    def write(name, lines):
        (folder / name).mkdir(exist_ok=True)
        subprocess.run([run_events, folder / name], input="\n".join(lines), text=True, check=True)

    epoch = "epoch 1 10 0.5 0.8 0.7 0.7 0.7 0.7 0.75"
    write("one", ["session 0007 lr 0.25", "open 0 0", epoch, "end interrupted", "open 10 1", "end done"])
    write("two", ["session 0008 lr 0.5", "open 0 0", epoch, "end failed"])
    write("three", ["session 0009 lr 0.125", "open 0 0", epoch, "end interrupted"])
    write("other", ["open 0 0", epoch, "end done"])  # a run of no sweep
    experiment, groups = hparams_tab(folder)
    keys, rows = {info.name for info in experiment.hparam_infos}, {row.name: row for row in groups}
    assert keys == {"lr", "batch_size", "rslora", "lora_alpha"}, keys
    assert sorted(rows) == ["0007", "0008", "0009"], sorted(rows)
    for name, lr, status in [("0007", 0.25, api_pb2.STATUS_SUCCESS), ("0008", 0.5, api_pb2.STATUS_FAILURE),
                             ("0009", 0.125, api_pb2.STATUS_UNKNOWN)]:
        values = rows[name].hparams
        assert (values["lr"].number_value, values["batch_size"].number_value) == (lr, 64)
        assert values["rslora"].bool_value and values["lora_alpha"].string_value == "2r"
        assert rows[name].sessions[0].status == status, (name, rows[name].sessions[0].status)
        metrics = {metric.name.tag: metric.value for metric in rows[name].metric_values}
        assert metrics["best/f1_macro"] == 0.75 and abs(metrics["val/accuracy"] - 0.8) < 1e-6, metrics


def main(run_events):
    with tempfile.TemporaryDirectory() as name:
        check_hparams(run_events, pathlib.Path(name))
    with tempfile.TemporaryDirectory() as name:
        folder, points, started = pathlib.Path(name), {}, time.time()
        write = lambda lines: subprocess.run([run_events, folder], input="\n".join(lines), text=True, check=True)

        # A run killed at step 7, before its first checkpoint; it starts anew, stops at 34 and goes on from 20 in the same process.
        write(train(points, 0, 7) + train(points, 0, 34) + train(points, 20, 45))
        check(folder, points)
        # Another process goes on from 43; the one before left a torn record.
        torn = event_files(folder)[-1]
        torn.write_bytes(torn.read_bytes()[:-5])
        write(train(points, 43, 60))
        check(folder, points)

        files = event_files(folder)
        for path, resumed, events in zip(files, [0, 0, 20, 43], [7, 34 + 3, 25 + 2 - 1, 17 + 2], strict=True):
            version, start, *rest = EventFileLoader(str(path)).Load()
            assert (version.file_version, version.step) == ("brain.Event:2", 0)
            assert (start.session_log.status, start.step) == (SessionLog.START, resumed + 1)
            # A step's scalars come as one record, which the loader takes apart.
            assert len({(event.step, event.summary.value[0].tag.startswith("train/")) for event in rest}) == events, path
            times = [event.wall_time for event in [version, start, *rest]]
            assert times == sorted(times) and started <= times[0] and times[-1] <= time.time()

        # The reader does compare the checksums: a flipped bit ends what it reads.
        content = bytearray(files[-1].read_bytes())
        content[len(content) // 2] ^= 1
        whole = len(list(EventFileLoader(str(files[-1])).Load()))
        files[-1].write_bytes(content)
        assert 2 < len(list(EventFileLoader(str(files[-1])).Load())) < whole


main(sys.argv[1])
