"""A trial that fails leaves those that its process trains beside it untouched.

usage: sweep_failures_test.py AGSWEEP TOKENIZER_DIR
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import main  # noqa: E402
from sweep_program import SIMPLE, SweepTest  # noqa: E402

from safetensors.torch import load_file, save_file  # noqa: E402

GRID = SIMPLE.replace('sampler = "sobol"\ntrials = 4', 'sampler = "grid"\nkeep = "all"')


class FailuresBesideOthers(SweepTest):
    def spec(self, space):
        return GRID[: GRID.index("[space]")] + "[space]\n" + space

    def digests(self, sweep):
        """{parameters: weights' digests after each epoch} of the trials that were complete."""
        _, hashes, weights = self.outcome(sweep)
        return {tuple(trial.params.items()): (hashes[f"{trial.number:04}"], weights[f"{trial.number:04}"])
                for trial in self.study(sweep).trials if trial.state.name == "COMPLETE"}

    def check(self, sweep, alone, failed, error):
        """The trials that `failed` selects have failed with this error; all others are those of a sweep one at a time without them."""
        rows = self.results(sweep)
        self.assertTrue(any(map(failed, rows)))
        for row in rows:
            self.assertEqual(row["state"], "failed" if failed(row) else "complete")
            self.assertRegex(row["error"], error if failed(row) else "^$")
        found, expected = self.digests(sweep), self.digests(alone)
        self.assertEqual(len(expected), sum(not failed(row) for row in rows))
        self.assertEqual(found, expected)

    def test_a_loss_that_is_not_finite(self):
        good = self.train("good", "--epochs", 1, "--warmup-steps", 0) / "model.safetensors"
        broken = self.folder / "broken.safetensors"
        weights = load_file(good)
        weights["head.weight"][:] = 3e38  # finite, but their products are not
        save_file(weights, broken)
        rates = "lr = { values = [1e-3, 2e-3, 3e-3] }\n"
        sweep = self.sweep("sweep", self.spec(f'init = {{ values = ["{broken}", "{good}"] }}\n{rates}'), "--trials-per-rank", 2, ranks=1, code=3)
        alone = self.sweep("alone", self.spec(f'init = {{ values = ["{good}"] }}\n{rates}'), "--threads", 1, ranks=1)
        self.check(sweep, alone, lambda row: row["init"] == str(broken), "is not finite at step 1")

    def test_an_exception(self):
        rates = "lr = { values = [1e-3, 2e-3, 3e-3] }\n"
        sweep = self.sweep("sweep", self.spec(f"{rates}heads = {{ values = [2, 3] }}\n").replace("heads = 2\n", "", 1), "--trials-per-rank", 2, ranks=1, code=3)
        alone = self.sweep("alone", self.spec(f"{rates}heads = {{ values = [2] }}\n").replace("heads = 2\n", "", 1), "--threads", 1, ranks=1)
        self.check(sweep, alone, lambda row: row["heads"] == "3", "3 does not divide --d-model 8")

    def test_a_folder_that_cannot_be_made(self):
        spec = self.spec("lr = { values = [1e-3, 2e-3, 3e-3, 4e-3] }\n")
        (self.folder / "sweep/trials").mkdir(parents=True)
        (self.folder / "sweep/trials/0001").write_text("in the way")
        sweep = self.sweep("sweep", spec, "--trials-per-rank", 2, ranks=1, code=3)
        alone = self.sweep("alone", self.spec("lr = { values = [1e-3, 3e-3, 4e-3] }\n"), "--threads", 1, ranks=1)
        self.check(sweep, alone, lambda row: row["trial"] == "1", "0001")

    def test_adapters_that_share_a_frozen_gpt2(self):
        base = self.folder / "gpt2"
        self.program.run("random-gpt2", "--out", base).check()
        absent = "h.7.attn.c_attn"  # of a GPT-2 with more layers
        lora = self.spec(f'lora_rank = {{ values = [2, 4, 8] }}\nlora_targets = {{ values = ["c_attn", "{absent}"] }}\n')
        lora = lora[: lora.index("layers")] + lora[lora.index("shards"):]  # a GPT-2 has its own geometry
        lora = lora.replace('"scratch"', '"gpt2-lora"')
        only = lora.replace(f'["c_attn", "{absent}"]', '["c_attn"]')
        sweep = self.sweep("sweep", lora, "--weights", base, "--trials-per-rank", 2, ranks=1, code=3)
        alone = self.sweep("alone", only, "--weights", base, "--threads", 1, ranks=1)
        self.check(sweep, alone, lambda row: row["lora_targets"] == absent, f"{absent} is no module of this GPT-2")
        self.assertEqual(self.digests(self.sweep("ranks", only, "--weights", base, "--ranks-per-trial", 2, ranks=2)), self.digests(alone))


if __name__ == "__main__":
    main()
