"""gpt2-lora runs: the same bits on any ranks, killed and resumed, and only with the GPT-2 that they began with.

Arguments: AGSWEEP TOKENIZER_DIR.
"""

import json
import os
import pathlib
import random
import shutil
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, main, wait_for_lines  # noqa: E402
from faults_test import ranks_of  # noqa: E402
from same_bits_test import bits  # noqa: E402

EPOCHS = 4  # of 6 steps each
OPTIONS = ["--epochs", EPOCHS, "--batch-size", 60, "--shards", 4, "--lr", 0.01, "--checkpoint-every", 2]


class LoraRun(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.base = cls.data.parent / "gpt2"
        cls.whole = cls.data.parent / "whole"
        if not cls.base.exists():
            cls.program.run("random-gpt2", "--out", cls.base).check()
            cls.program.run(*cls.command(cls.whole)).check()
        cls.expected = bits(cls.whole)

    @classmethod
    def command(cls, run, *options):
        return ["train", "--model", "gpt2-lora", "--weights", cls.base, "--data", cls.data, "--out", run, *OPTIONS, *options]


class SameBits(LoraRun):
    def test_whatever_the_ranks_and_threads(self):
        for ranks, threads in ((1, 2), (2, 1), (4, 1)):
            with self.subTest(ranks=ranks, threads=threads):
                run = self.folder / f"{ranks}x{threads}"
                self.program.run(*self.command(run, "--threads", threads), ranks=ranks).check()
                self.assertEqual(bits(run), self.expected)


class KilledRank(LoraRun):
    def test_at_a_random_step_resumes_to_the_same_bits(self):
        chance = random.Random(3)
        for step in chance.sample(range(1, 6 * EPOCHS - 6), 4):
            with self.subTest(step=step):
                run = self.folder / f"step-{step}"
                job = self.program.start(*self.command(run), ranks=2)
                wait_for_lines(run / "steps.csv", 1 + step, job)
                os.kill(chance.choice(list(ranks_of(job).values())), signal.SIGKILL)
                self.assertNotEqual(self.program.finish(job).code, 0)
                self.program.run("train", "--out", run, "--resume", ranks=chance.choice([1, 2, 4])).check()
                self.assertEqual(bits(run), self.expected)


class Refusals(LoraRun):
    def test_an_option_of_the_other_model_is_told(self):
        self.refused(2, ["--layers: no option of --model gpt2-lora, only of scratch"], *self.command(self.folder / "run", "--layers", 2))
        self.refused(2, ["--lora-rank: no option of --model scratch, only of gpt2-lora"], "train", "--data", self.data, "--out",
                     self.folder / "run", "--lora-rank", 4)

    def test_a_rank_that_no_module_has_is_told(self):
        self.refused(2, "--lora-rank: 0 is out of range", *self.command(self.folder / "run", "--lora-rank", 0))
        self.refused(2, "--lora-rank: 65 is out of range [1, 64]", *self.command(self.folder / "run", "--lora-rank", 65))

    def test_an_unknown_target_names_the_nearest(self):
        self.refused(2, ["--lora-targets", "c_atn", "c_attn"], *self.command(self.folder / "run", "--lora-targets", "c_atn"))

    def test_a_missing_base_is_told(self):
        self.refused(2, "--weights is required", "train", "--model", "gpt2-lora", "--data", self.data, "--out", self.folder / "run")

    def test_a_base_of_another_geometry_is_unfit(self):
        moved = self.folder / "moved"
        shutil.copytree(self.base, moved)
        self.program.run("evaluate", self.whole, "--data", self.data, "--weights", moved).check()
        config = json.loads((moved / "config.json").read_text())
        (moved / "config.json").write_text(json.dumps(config | {"n_head": 1}))
        self.refused(4, ["moved", "config.json says other sizes, heads or functions"], "evaluate", self.whole, "--data", self.data, "--weights",
                     moved)


if __name__ == "__main__":
    main()
