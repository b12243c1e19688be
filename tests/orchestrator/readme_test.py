"""Every command of README.md, run word for word in one shell, in the order in which they stand there. Arguments: AGSWEEP TOKENIZER_DIR.

What a reader brings is brought: a checkout with a built program, and the folders DIR and IMDB of CSV files. Where a line would take minutes or
hours, or a machine that is not here, it is changed as CHANGES says, and only so.
"""

import csv
import os
import pathlib
import random
import re
import shlex
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import LAUNCHERS, ProgramTest, main  # noqa: E402
from fetch_test import CONFIG, PROXIES  # noqa: E402
from http_server import HttpServer, status, whole  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parents[2]
TINY = "--layers 1 --d-model 8 --heads 2 --ffn 16 --shards 4"
# (a line of README, what stands in its place): the first that fits.
CHANGES = [
    (r"scripts/(quickstart|test)", None),  # they build; CI has run them
    (r"(.* train --data data.h5 .*)", rf"\1 {TINY}"),
    (r"agsweep submit (.*)", r"agsweep submit --dry-run \1"),
    (r"agsweep compare CONFIRMED OTHER", r"cp -r CONFIRMED OTHER; agsweep compare CONFIRMED OTHER"),
    # 548 MB: the mirror has none, and the line says what to do instead.
    (r"agsweep fetch gpt2 --out gpt2", r"! agsweep fetch gpt2 --out gpt2 --url $MIRROR; rm -r gpt2; agsweep random-gpt2 --out gpt2"),
]


def commands():
    """README's indented lines, each with its comment."""
    return [line.strip() for line in (SOURCE / "README.md").read_text().splitlines() if re.match(r" {4}\S", line)]


def changed(line):
    command = re.sub(r" +# .*", "", line)
    for pattern, instead in CHANGES:
        match = re.fullmatch(pattern, command) or (instead is None and re.match(pattern, command))
        if match:
            return None if instead is None else match.expand(instead)
    return command


def write_csv(path, header, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([*header, *rows])


class Readme(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.folder / "build").mkdir()
        (self.folder / "build" / "release").symlink_to(self.program.path.parent)
        (self.folder / "examples").symlink_to(SOURCE / "examples")
        words = random.Random(4)
        def news(rows):
            return [[str(i % 4 + 1), f"class{i % 4} {words.randrange(50)}", f"words {words.randrange(50)} of {i % 4}"] for i in range(rows)]

        for name, header, rows in (("DIR", [], news), ("IMDB", [["review", "sentiment"]], lambda n: [[f"film {i}", ["bad", "good"][i % 2]] for i in range(n)])):
            (self.folder / name).mkdir()
            write_csv(self.folder / name / "train.csv", header, rows(400))
            write_csv(self.folder / name / "test.csv", header, rows(80))

    def environment(self, mirror):
        """As a new shell has it: nothing that only the tests give to mpirun."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith((*LAUNCHERS, "OMPI_", "PRTE_")) and name not in PROXIES}
        return clean | {"MIRROR": mirror}

    def test_every_command_runs_in_the_order_in_which_they_stand(self):
        lines = [changed(line) for line in commands()]
        self.assertGreater(len(lines), 20, "README has lost its commands")
        with HttpServer(CONFIG, [whole, status(404)]) as server:
            script = "set -eu -o pipefail\n" + "".join(f"echo {shlex.quote('== ' + line)} >&2\n{line}\n" for line in lines if line)
            shell = subprocess.Popen(["bash", "-c", script], cwd=self.folder, env=self.environment(server.url("/mirror")), stdin=subprocess.DEVNULL,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
            result = self.program.finish(shell, 280)
        result.check()
        self.assertEqual([path for path, _ in server.asked], ["/mirror/config.json", "/mirror/model.safetensors"])
        for left in ("predictions.csv", "hidden.npy", "PROJECTOR", "LORA/result.json", "ADAPTER/adapter_model.safetensors", "imdb.h5", "first.toml",
                     "SWEEP/report.html", "trials.csv", "page.html", "figures", "CONFIRMED/confirm.json"):
            self.assertTrue((self.folder / left).exists(), left)

    def test_every_change_is_of_a_line_that_is_there(self):
        for pattern, _ in CHANGES:
            self.assertTrue(any(re.match(pattern, line) for line in commands()), pattern)

    def test_the_files_that_it_names_are_there(self):
        for name in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (SOURCE / "README.md").read_text()):
            self.assertTrue((SOURCE / name).exists(), name)


if __name__ == "__main__":
    main()
