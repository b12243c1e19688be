"""Where the programs of a build folder or a pack are, and how gpu-check runs them: in the pack's environment, each with a limit of time."""

import importlib.util
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from agsweep_program import LAUNCHERS, MPI_ENVIRONMENT, TINY, kill  # noqa: E402


class Failed(Exception):
    pass


class Run:
    """A finished command; output: what it wrote to both streams."""

    def __init__(self, code, output, seconds):
        self.code, self.output, self.seconds = code, output, seconds

    @property
    def last_line(self):
        return (self.output.strip().splitlines() or [""])[-1]


def clean_environment():
    return {name: value for name, value in os.environ.items() if not name.startswith(LAUNCHERS)} | MPI_ENVIRONMENT


def pack_environment(pack):
    """What PACK/env sets. Python keeps its own environment: the pack's libraries are not those that it was built with."""
    torch = importlib.util.find_spec("torch").submodule_search_locations[0]
    environment = clean_environment() | {"TORCH_SITE": os.path.dirname(torch)}
    printed = subprocess.run(["bash", "-c", '. "$0"/env && env -0', pack], env=environment, stdout=subprocess.PIPE, check=True).stdout
    return dict(entry.split("=", 1) for entry in printed.decode().split("\0") if "=" in entry)


class Machine:
    """device cpu: tiny sizes of everything, to try gpu-check itself."""

    def __init__(self, work, device="cuda", build=None, pack=None, data=None, nccl_lib=None, limit=180):
        self.work = pathlib.Path(work)
        self.device, self.tiny = device, device == "cpu"
        self.build, self.pack, self.nccl_lib = build, pack, nccl_lib
        self.deadline = time.monotonic() + limit
        self.environment = pack_environment(pack) if pack else clean_environment()
        self.tokenizer = (pack / "share/agsweep/gpt2") if pack else ROOT / ".deps" / "gpt2"
        self.given_data = data

    def program(self, name):
        folder = self.pack / "bin" if self.pack else self.build
        found = [path for path in folder.rglob(name) if path.is_file()]
        if not found:
            raise Failed(f"{name} is not in {folder}")
        return found[0]

    def test_programs(self):
        """By their names: gpu_*_test runs on a device. On the CPU, one that stands for them."""
        pattern = "kernels_test" if self.tiny else "gpu_*_test"
        folder = self.pack / "bin" if self.pack else self.build
        return sorted(path for path in folder.rglob(pattern) if path.is_file())

    def start(self, *command, env=None, ranks=0, output):
        words = [str(word) for word in command]
        if ranks:
            words = ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none", *words]
        print("$", shlex.join(words), flush=True)
        environment = self.environment | {name: str(value) for name, value in (env or {}).items()}
        return subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                start_new_session=True)

    def finish(self, process, output, limit=None):
        """Waits for a process whose output goes to the file `output`; one that is late is killed."""
        begin = time.monotonic()
        left = max(1.0, self.deadline - begin)
        limit = left if limit is None else min(limit, left)
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            kill(process)
            print(pathlib.Path(output).read_text(errors="replace")[-4000:], flush=True)
            raise Failed(f"still running after {limit:.0f} s, killed")
        text = pathlib.Path(output).read_text(errors="replace")
        print(text[-20000:], flush=True)
        return Run(process.returncode, text, time.monotonic() - begin)

    def run(self, *command, env=None, ranks=0, limit=None, check=True):
        begin = time.monotonic()
        with tempfile.NamedTemporaryFile("w", dir=self.work, prefix="output-") as file:
            run = self.finish(self.start(*command, env=env, ranks=ranks, output=file), file.name, limit)
        run.seconds = time.monotonic() - begin
        print(f"exit {run.code} after {run.seconds:.2f} s", flush=True)
        if check and run.code != 0:
            told = [line for line in run.output.splitlines() if "rror" in line]
            raise Failed(f"exit {run.code}: {told[-1] if told else run.last_line}")
        return run

    def agsweep(self, *arguments, **how):
        return self.run(self.program("agsweep"), *arguments, **how)

    def python_json(self, *arguments, limit=None):
        """The last line, as JSON, of a Python script in this Python's own environment."""
        environment = {name: os.environ.get(name, "") for name in ("LD_LIBRARY_PATH", "PATH")}
        return json.loads(self.run(sys.executable, *arguments, env=environment, limit=limit).last_line)

    def step_bench(self, data, steps, *options, env=None, limit=60):
        return json.loads(self.run(self.program("train_step_bench"), *options, data, steps, env=env, limit=limit).last_line)

    def folder(self):
        """A new, empty one."""
        return pathlib.Path(tempfile.mkdtemp(dir=self.work))

    def corpus(self, rows):
        """Made-up news: rows of train and val, a tenth of them val; shared by the parts of a gpu-check."""
        path = self.work / f"{rows}.h5"
        if not path.exists():
            self.agsweep("prepare", "--synthetic", rows, "--tokenizer", self.tokenizer, "--out", path, limit=60)
        return path

    def data(self):
        """The corpus that was given, or 108,000 training rows."""
        return self.given_data or self.corpus(2000 if self.tiny else 120000)

    def gpt2(self):
        """GPT-2 small's geometry with random weights."""
        path = self.work / "gpt2"
        if not path.exists():
            geometry = ("2", "32", "2", "64") if self.tiny else ("12", "768", "12", "3072")
            options = [word for pair in zip(("--layers", "--d-model", "--heads", "--ffn"), geometry) for word in pair]
            self.agsweep("random-gpt2", *options, "--positions", 1024, "--out", path, limit=60)
        return path

    def model_options(self, model, batch=192):
        """--model and what goes with it; the tiny model is small in a batch too."""
        options = ["--device", self.device, "--model", model, "--batch-size", 16 if self.tiny else batch, "--tensorboard", "off"]
        if model == "gpt2-lora":
            return [*options, "--weights", self.gpt2(), "--lora-rank", 8]
        return [*options, *TINY[:8]] if self.tiny else options

    def graphs(self, value):
        return [] if self.tiny else ["--graphs", value]
