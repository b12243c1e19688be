"""agsweep reproduce: the experiment on a tiny made-up corpus and a tiny random GPT-2. Arguments: AGSWEEP TOKENIZER_DIR."""

import json
import pathlib
import re
import sys

import numpy
import scipy.stats

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import ProgramTest, contents, main, wait_until  # noqa: E402

USAGE, CHECKPOINTED = 2, 85
FEW = ["--epochs-scale", "0.02"]  # 1 epoch of each model


def text_of(page):
    return re.sub(r"<[^>]*>", " ", re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", page, flags=re.DOTALL))


class Reproduce(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.data = cls.program.prepare(cls.data.parent / "short.h5", "--max-length", 8)  # the published model has 11 million weights

    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"
        self.gpt2 = self.folder / "gpt2"

    def random_gpt2(self):
        self.program.run("random-gpt2", "--out", self.gpt2, "--d-model", 32, "--ffn", 64, "--layers", 1).check()

    def command(self, *options):
        scale = [] if "--epochs-scale" in options else FEW
        return ["reproduce", "--data", self.data, "--out", self.out, *scale, *options]

    def reproduce(self, *options, code=0, **how):
        return self.program.run(*self.command(*options), **{"timeout": 240} | how).check(code)

    def test_both_models_go_through_and_everything_is_marked(self):
        self.random_gpt2()
        result = self.reproduce("--weights", self.gpt2, "--seeds", "42..43", "--price", 2, ranks=2)
        marks = "synthetic corpus; random GPT-2, never trained; texts of 8 tokens at most, not 128; 360 of 108000 training rows; 40 of 12000 validation rows; 80 of 7600 test rows; "
        marks += "scratch: 1 of 50 epochs; gpt2-lora: 1 of 10 epochs"
        self.assertIn(f"not the real experiment: {marks}", result.stdout)
        self.assertIn("The scratch model beats LoRA.: undecided: not the real experiment", result.stdout)
        self.assertRegex(result.stderr, r"scratch \(as published\): trainings: 2, epochs at most: 2, device-hours about [\d.e-]+, [\d.]+ at 2")

        told = json.loads((self.out / "reproduction.json").read_text())
        self.assertEqual(told["seeds"], [42, 43])
        self.assertFalse(told["real_experiment"])
        for model in ("scratch", "gpt2-lora"):
            accuracy = told["results"][model]["test_accuracy"]
            measured = [100 * run["metrics"]["accuracy"] for run in told["test"][model]]
            numpy.testing.assert_allclose(accuracy["measured"], measured)
            half = scipy.stats.t.interval(0.95, 1, 0, scipy.stats.sem(measured))[1] if measured[0] != measured[1] else 0
            self.assertAlmostEqual(accuracy["mean"]["half_width"], half, delta=1e-6)
            for name, row in told["results"][model].items():
                self.assertEqual(len(row["measured"]), 2, f"{model}: {name}")
            self.assertEqual([batch["rows"] for batch in told["inference"][model]["batches"]], [1, 8, 64])
            for batch in told["inference"][model]["batches"]:
                self.assertLessEqual(batch["p50"], batch["p95"])
                self.assertLessEqual(batch["p95"], batch["p99"])
            self.assertGreater(told["inference"][model]["rows_per_second"], 0)
        self.assertEqual({claim["id"] for claim in told["verdicts"]},
                         {"scratch-better", "faster", "overfitting", "lora-gap", "test-above-validation"})
        for claim in told["verdicts"]:
            self.assertTrue(numpy.isfinite(numpy.array(claim["margins"], float)).all(), claim)
        page = (self.out / "report.html").read_text()
        self.assertNotIn("http", page)
        text = text_of(page)
        for part in ("Not the real experiment: " + marks, "91.95", "23.87", "McNemar", "To repeat it"):
            self.assertIn(part, text)

        self.refused(USAGE, [str(self.out), "has two models"], "compare", self.out, self.out)
        answer = self.program.run("compare", self.out / "arms/scratch", self.out / "arms/gpt2-lora", "--json").check().stdout
        claim = next(claim for claim in told["verdicts"] if claim["id"] == "scratch-better")
        self.assertAlmostEqual(json.loads(answer)["difference"]["mean"] * 100, claim["mean_margin"]["mean"], delta=1e-9)

    def test_goes_on_after_a_signal_and_takes_more_seeds(self):
        job = self.program.start(*self.command("--models", "scratch", "--threads", 1))
        wait_until(lambda: list(self.out.glob("arms/scratch/trials/0000/steps.csv")), job)
        job.terminate()
        stopped = self.program.finish(job).check(CHECKPOINTED)
        self.assertRegex(stopped.stderr, r"reproduce .*--resume")
        self.assertFalse((self.out / "reproduction.json").exists())
        self.refused(USAGE, ["--resume"], *self.command("--models", "scratch"))

        result = self.reproduce("--models", "scratch", "--resume", "--json")
        told = json.loads(result.stdout)
        self.assertEqual(told["seeds"], [42])
        self.assertIsNone(told["results"]["scratch"]["test_accuracy"]["mean"]["half_width"])
        self.assertIn("One seed cannot tell", text_of((self.out / "report.html").read_text()))
        first = contents(self.out / "arms/scratch/trials/0000")

        more = json.loads(self.reproduce("--models", "scratch", "--seeds", "42,43", "--resume", "--json").stdout)
        self.assertEqual(contents(self.out / "arms/scratch/trials/0000"), first, "the first training stays as it was")
        self.assertEqual(more["results"]["scratch"]["test_accuracy"]["measured"][0], told["results"]["scratch"]["test_accuracy"]["measured"][0])
        self.assertEqual(len(more["results"]["scratch"]["test_accuracy"]["measured"]), 2)
        alone = self.program.run("compare", self.out, self.out).check().stdout
        self.assertIn("undecided: needs 6 seeds, has 2", alone)
        self.refused(USAGE, ["arms/scratch: trained before, but no part of this"], *self.command("--models", "gpt2-lora", "--weights", self.gpt2, "--resume"))
        self.refused(USAGE, ["--seeds: 1 is the one"], *self.command("--models", "scratch", "--claims", "all", "--seeds", "1..3", "--resume"))

    def test_dry_run_tells_the_cost_of_all_claims_and_trains_nothing(self):
        self.random_gpt2()
        result = self.reproduce("--weights", self.gpt2, "--claims", "all", "--price", 3, "--dry-run")
        for arm in ("scratch ", "gpt2-lora ", "scratch-lr-5e-3", "gpt2-full", "gpt2-lora-rank-32", "scratch-100-rows", "scratch-tuning", "scratch-tuned"):
            self.assertIn(arm, result.stdout)
        hours = dict(re.findall(r"^(\S+) \(.*device-hours about ([\d.e-]+),", result.stdout, flags=re.MULTILINE))
        self.assertEqual(hours["scratch-lr-5e-3"], hours["scratch-lr-1e-4"], "one measured step tells both")
        self.assertRegex(result.stdout, r"all of it: device-hours about [\d.e-]+, [\d.]+ at 3 an hour; with 1 at once about")
        self.assertFalse(self.out.exists())

    def test_all_claims_of_a_tiny_gpt2_are_trained_and_shown(self):
        self.random_gpt2()
        self.reproduce("--weights", self.gpt2, "--claims", "all", "--models", "gpt2-lora", "--epochs-scale", "0.02")
        told = json.loads((self.out / "reproduction.json").read_text())
        verdicts = {claim["id"]: claim for claim in told["verdicts"]}
        self.assertEqual(len(verdicts), 16)
        for claim in ("rank-32", "full", "lora-5e-5-unstable"):
            self.assertEqual(len(verdicts[claim]["margins"]), 1, claim)
        self.assertEqual(verdicts["few-100"]["verdict"], "not run")
        tuning = (self.out / "arms/gpt2-lora-tuning/results.csv").read_text()
        self.assertEqual(tuning.count("complete"), 6)
        self.assertEqual(list((self.out / "arms/gpt2-lora-tuning").glob("trials/*/test.json")), [], "a search reads no test row")
        self.assertIn("With few examples", text_of((self.out / "report.html").read_text()))

    def test_bad_arguments_are_told(self):
        self.refused(USAGE, "--weights is required for gpt2-lora", *self.command())
        self.refused(USAGE, ["--models", "bert"], *self.command("--models", "bert"))
        self.refused(USAGE, "--seeds: 1 is there twice", *self.command("--models", "scratch", "--seeds", "1,1"))
        self.refused(USAGE, ["--epochs-scale", "0"], "reproduce", "--data", self.data, "--out", self.out, "--epochs-scale", 0)


if __name__ == "__main__":
    main()
