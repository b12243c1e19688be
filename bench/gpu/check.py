#!/usr/bin/env python3
"""What scripts/gpu-check runs: the parts, each in a process of its own with a limit of time, then one table and OUT/gpu-check.json.

A part is the function run(machine, report) of part_NAME.py. One that fails or is late does not stop the others.
"""

import argparse
import datetime
import importlib
import json
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time

from machine import ROOT, Machine, kill
from report import Report, table

PARTS = ("tests", "step", "lora", "sweep", "experiment", "nccl", "sanitizers", "profile")
GRACE = 15  # seconds in which a part that is late stops by itself


def parse():
    parser = argparse.ArgumentParser(prog="gpu-check", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", nargs="?", type=pathlib.Path, default=ROOT / "out" / "gpu-check", metavar="OUT")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=" ".join(PARTS))
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--pack", type=pathlib.Path, default=ROOT if (ROOT / "env").exists() else None, help="folder of scripts/gpu-pack")
    parser.add_argument("--data", type=pathlib.Path, help="data.h5; not given: 108,000 made-up training rows")
    parser.add_argument("--nccl-lib", type=pathlib.Path, help="libnccl.so.2, 2.30 or later: two ranks share the GPU")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda", help="cpu: tiny sizes, to try gpu-check itself")
    parser.add_argument("--limit", type=float, default=180, help="seconds of a part")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)  # this process runs one part
    parser.add_argument("--work", type=pathlib.Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    for name in ("out", "build", "pack", "data", "nccl_lib"):
        path = getattr(arguments, name)
        setattr(arguments, name, path and path.resolve())
    return arguments


def machine_of(arguments, work):
    return Machine(work, arguments.device, arguments.build, arguments.pack, arguments.data, arguments.nccl_lib, arguments.limit)


def run_part(arguments):
    report = Report(arguments.work / f"{arguments.part}.rows")
    with report.attempt("the part"):
        importlib.import_module(f"part_{arguments.part}").run(machine_of(arguments, arguments.work), report)


def start_part(name, arguments, work):
    """@returns what the table and the JSON file say of a part"""
    begin, status = time.monotonic(), "done"
    log = arguments.out / f"{name}.log"
    with open(log, "w") as file:
        process = subprocess.Popen([sys.executable, __file__, *sys.argv[1:], "--part", name, "--work", work], stdout=file,
                                   stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            if process.wait(arguments.limit + GRACE) != 0:
                status = f"failed: exit {process.returncode}, see {log.name}"
        except subprocess.TimeoutExpired:
            kill(process)
            status = f"stopped after {arguments.limit + GRACE:.0f} s"
        except BaseException:
            kill(process)
            raise
    return {"rows": Report.read(pathlib.Path(work) / f"{name}.rows"), "seconds": round(time.monotonic() - begin, 1), "status": status}


def output_of(*command, env=None):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=True, text=True, env=env).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def facts(machine):
    """Of the card and of all that runs."""
    card, _, driver = output_of("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader").partition(", ")
    versions = "import torch, transformers, peft, json; print(json.dumps({m.__name__: m.__version__ for m in (torch, transformers, peft)}))"
    try:
        ours = output_of(machine.program("agsweep"), "version", "--json", env=machine.environment)
    except Exception as error:
        print(f"agsweep version: {error}", file=sys.stderr)
        ours = ""
    return {
        "card": card or "none",
        "driver": driver,
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "versions": json.loads(ours or "{}") | {"python": platform.python_version()} | json.loads(output_of(sys.executable, "-c", versions) or "{}"),
    }


def main():
    arguments = parse()
    if arguments.part:
        run_part(arguments)
        return 0
    arguments.out.mkdir(parents=True, exist_ok=True)
    work = tempfile.mkdtemp(prefix="gpu-check-")
    try:
        result = facts(machine_of(arguments, work)) | {"parts": {}}
        print(json.dumps(result, indent=2), flush=True)
        for name in arguments.only:
            print(f"{name} ..", flush=True)
            result["parts"][name] = start_part(name, arguments, work)
            (arguments.out / "gpu-check.json").write_text(json.dumps(result, indent=2) + "\n")  # each time: this may be stopped
            print(table({name: result["parts"][name]}), flush=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"\n{result['card']}, driver {result['driver']}, {result['date']}\n\n{table(result['parts'])}", flush=True)
    failed = any(part["status"] != "done" or any(row["ok"] is False for row in part["rows"]) for part in result["parts"].values())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
