"""NCCL for real, with one that lets two ranks share a GPU: both reductions, a killed and a stopped rank. A world of one: gpu_platform_test."""

import lzma
import os
import pathlib
import signal
import tempfile
import time

from machine import Failed
from trained import Trained

TIMEOUT = 20  # seconds, of a rank that is silent


def run(machine, report):
    data = machine.corpus(2400)
    options = [*machine.model_options("scratch", 64), "--data", data, "--precision", "fp32", "--epochs", 1, "--shards", 2, "--threads", 1, "--timeout", TIMEOUT]
    folder = machine.folder()
    with report.attempt("without MPI"):
        machine.agsweep("train", "--out", folder / "alone", *options, "--reduction", "tree")

    preload = preloaded(machine)
    if preload is None and not machine.tiny:
        report.row("two ranks on one GPU", "not run: no --nccl-lib")
        return
    two = Two(machine, options, data, preload)
    for reduction in ("allreduce", "tree"):
        with report.attempt(f"2 ranks, {reduction}"):
            two.train(folder / reduction, reduction)
            close(report, f"2 ranks, {reduction}", folder / reduction, folder / "alone")
    for name, number in (("killed", signal.SIGKILL), ("stopped", signal.SIGSTOP)):
        with report.attempt(f"a {name} rank"):
            lose_a_rank(report, two, folder / name, name, number)


def close(report, what, run, alone):
    (loss, norm, weights), _ = Trained(run).distance(Trained(alone))
    worst = max(loss, norm, weights)
    report.row(what, f"{worst:.1e} from one process", "1e-4", worst <= 1e-4)


def preloaded(machine):
    """The library to preload; one that came as .xz is unpacked."""
    library = machine.nccl_lib
    if library is None or library.suffix != ".xz":
        return library
    unpacked = machine.work / "libnccl.so.2"
    unpacked.write_bytes(lzma.decompress(library.read_bytes()))
    return unpacked


class Two:
    """Two ranks that share a device."""

    def __init__(self, machine, options, data, preload):
        self.machine, self.options, self.data = machine, options, data
        # LD_PRELOAD for the ranks alone, not for mpirun
        self.launcher = ["env", f"LD_PRELOAD={preload}", "NCCL_MULTI_RANK_GPU_ENABLE=1"] if preload else ["env"]

    def command(self, out, reduction, *more):
        return [*self.launcher, self.machine.program("agsweep"), "train", "--out", out, *self.options, "--reduction", reduction, *more]

    def train(self, out, reduction):
        return self.machine.run(*self.command(out, reduction), ranks=2, limit=60)

    def start_long(self, out, output):
        long_run = self.command(out, "allreduce")
        long_run[long_run.index("--epochs") + 1] = 5000
        return self.machine.start(*long_run, ranks=2, output=output)


def rank_process(session, rank):
    """The process of this rank in the session that mpirun leads."""
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if not entry.name.isdigit() or (entry / "stat").read_text().rpartition(")")[2].split()[3] != str(session):
                continue
            if f"OMPI_COMM_WORLD_RANK={rank}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                return int(entry.name)
        except (OSError, IndexError):
            pass
    raise Failed(f"no process of rank {rank}")


def lose_a_rank(report, two, out, name, number):
    with tempfile.NamedTemporaryFile("w", dir=two.machine.work) as file:
        process = two.start_long(out, file)
        until = time.monotonic() + 60
        while not (out / "steps.csv").exists() or len((out / "steps.csv").read_bytes()) < 500:  # it trains
            if process.poll() is not None or time.monotonic() > until:
                two.machine.finish(process, file.name, 1)
                raise Failed(f"did not start to train: exit {process.returncode}")
            time.sleep(0.05)
        begin = time.monotonic()
        os.kill(rank_process(process.pid, 1), number)
        result = two.machine.finish(process, file.name, TIMEOUT + 15)
        seconds = time.monotonic() - begin
    errors = [line for line in result.output.splitlines() if "rror: " in line or "rank 1" in line]
    named = any("rank 1" in line for line in errors)
    report.row(f"a {name} rank", f"ended after {seconds:.1f} s, exit {result.code}: {errors[0][:120] if errors else result.last_line[:120]}",
               f"{TIMEOUT} s + 5, names rank 1", result.code != 0 and seconds <= TIMEOUT + 5 and named)
