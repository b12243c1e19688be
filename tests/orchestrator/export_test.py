"""A run's exports, loaded by peft and transformers, give the logits that agsweep gives. Arguments: AGSWEEP TOKENIZER_DIR."""

import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import main  # noqa: E402
from gpt2_models import Gpt2Test, write_base  # noqa: E402

import torch  # noqa: E402
import transformers  # noqa: E402
from huggingface_hub import ModelCard  # noqa: E402
from peft import AutoPeftModelForSequenceClassification, PeftModel  # noqa: E402

# Two blocks and a high rate, so that the adapter is far from nothing after a few steps.
TRAIN = ["--epochs", 1, "--batch-size", 64, "--shards", 4, "--lr", 0.02, "--dropout", 0, "--lora-dropout", 0]
LORA = ["--lora-rank", 4, "--lora-alpha", "3r", "--lora-targets", "c_attn,mlp.c_proj", "--rslora", "on"]
NAMES = ["World", "Sports", "Business", "Sci/Tech"]
ADAPTER_FILES = {"adapter_config.json", "adapter_model.safetensors"}
MODEL_FILES = {"config.json", "model.safetensors"}
COMMON_FILES = {"README.md", "vocab.json", "merges.txt", "tokenizer_config.json"}


class ExportTest(Gpt2Test):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.adapted = cls.trained("adapted", *LORA)
        cls.full = cls.trained("full", "--full", "on")

    @classmethod
    def trained(cls, name, *options):
        """A run, the same for all classes."""
        run = cls.data.parent / name
        if not run.exists():
            cls.program.run("train", "--model", "gpt2-lora", "--data", cls.data, "--weights", cls.base, "--out", run, *TRAIN, *options,
                            timeout=120).check()
        return run

    def export(self, run, kind, *options):
        out = self.folder / "out"
        self.program.run("export", run, kind, out, "--tokenizer", self.program.tokenizer, *options).check()
        return out

    def python_of(self, folder):
        """What the Python lines of the README print, run in its folder."""
        code = re.search(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.S).group(1)
        before, printed = os.getcwd(), io.StringIO()
        os.chdir(folder)
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(code, "README.md", "exec"), {})
        finally:
            os.chdir(before)
        return printed.getvalue()


class Peft(ExportTest):
    def test_peft_gives_agsweep_s_logits(self):
        out = self.export(self.adapted, "--peft")
        self.assertEqual({path.name for path in out.iterdir()}, ADAPTER_FILES | COMMON_FILES)
        base = transformers.AutoModelForSequenceClassification.from_pretrained(self.base, num_labels=4, pad_token_id=50256)
        tokenizer = transformers.AutoTokenizer.from_pretrained(out)
        model = PeftModel.from_pretrained(base, out)
        expected = self.evaluated(self.adapted)
        self.assert_close(self.logits(model, tokenizer), expected)
        with model.disable_adapter():
            self.assertGreater((self.logits(model, tokenizer) - expected).abs().max(), 0.01, "the adapter counts")

    def test_the_auto_class_finds_the_base(self):
        out = self.export(self.adapted, "--peft")
        model = AutoPeftModelForSequenceClassification.from_pretrained(out, num_labels=4, pad_token_id=50256)
        self.assert_close(self.logits(model, transformers.AutoTokenizer.from_pretrained(out)), self.evaluated(self.adapted))

    def test_the_lines_of_the_readme_run(self):
        out = self.export(self.adapted, "--peft")
        self.assertRegex(self.python_of(out), rf"^\['({'|'.join(NAMES)})', '({'|'.join(NAMES)})'\]\n$")

    def test_the_readme_tells_what_the_adapter_was_made_of(self):
        text = (self.export(self.adapted, "--peft") / "README.md").read_text()
        result = json.loads((self.adapted / "result.json").read_text())
        self.assertIn(result["weights_sha256"], text)
        self.assertIn("random", text)
        self.assertIn("made up", text)

    def test_the_readme_has_the_run_s_metrics_for_a_reader_and_for_the_hub(self):
        result = json.loads((self.adapted / "result.json").read_text())
        for kind, library in (("--peft", "peft"), ("--merged", "transformers")):
            with self.subTest(kind):
                text = (self.export(self.adapted, kind) / "README.md").read_text()
                self.assertIn(f"| Accuracy | {result['test']['accuracy']:.4f} |", text)
                card = ModelCard(text).data
                self.assertEqual(card.library_name, library)
                self.assertIsNone(card.license, "of a random base nothing is known")
                found = {one.metric_type: one.metric_value for one in card.eval_results}
                self.assertEqual(found["f1"], round(result["test"]["f1_macro"], 4))
                self.assertEqual(card.eval_results[0].dataset_split, "test")
                shutil.rmtree(self.folder / "out")

    def test_the_base_has_the_name_that_was_asked_for(self):
        out = self.export(self.adapted, "--peft", "--base-name", "somebody/gpt2")
        self.assertEqual(json.loads((out / "adapter_config.json").read_text())["base_model_name_or_path"], "somebody/gpt2")
        self.assertIn('base_model: "somebody/gpt2"', (out / "README.md").read_text())
        self.assertIn('base = "somebody/gpt2"', (out / "README.md").read_text())


class Merged(ExportTest):
    def check(self, run):
        out = self.export(run, "--merged")
        self.assertEqual({path.name for path in out.iterdir()}, MODEL_FILES | COMMON_FILES)
        model, loading = transformers.AutoModelForSequenceClassification.from_pretrained(out, output_loading_info=True)
        self.assertEqual([list(loading[key]) for key in ("missing_keys", "unexpected_keys", "mismatched_keys")], [[], [], []])
        self.assertIsInstance(model, transformers.GPT2ForSequenceClassification)
        self.assertEqual(model.dtype, torch.float32)
        self.assert_close(self.logits(model, transformers.AutoTokenizer.from_pretrained(out)), self.evaluated(run))
        return out

    def test_transformers_gives_agsweep_s_logits(self):
        self.check(self.adapted)

    def test_a_run_that_trained_all_weights_is_exported_as_it_is(self):
        self.check(self.full)

    def test_the_pipeline_names_the_classes_of_a_ragged_batch(self):
        out = self.export(self.adapted, "--merged")
        tokenizer = transformers.AutoTokenizer.from_pretrained(out)
        texts = [tokenizer.decode(row) for row in self.rows()]
        found = transformers.pipeline("text-classification", str(out))(texts, batch_size=8, truncation=True)
        predicted = [NAMES[label] for label in self.evaluated(self.adapted).argmax(1)]
        self.assertGreater(len({len(row) for row in self.rows()}), 1)
        self.assertEqual([answer["label"] for answer in found], predicted)

    def test_the_lines_of_the_readme_run(self):
        self.assertEqual([answer["label"] in NAMES for answer in eval(self.python_of(self.export(self.adapted, "--merged")))], [True, True])


class Tokenizer(ExportTest):
    def test_transformers_encodes_as_agsweep_does(self):
        tokenizer = transformers.AutoTokenizer.from_pretrained(self.export(self.adapted, "--peft"))
        self.assertEqual((tokenizer.pad_token_id, tokenizer.model_max_length, len(tokenizer)), (50256, 128, 50257))
        self.assertEqual([tokenizer(tokenizer.decode(row))["input_ids"] for row in self.rows()], self.rows())
        self.assertNotIn(50256, tokenizer("plain <|endoftext|> text")["input_ids"])
        self.assertEqual(len(tokenizer("word " * 500, truncation=True)["input_ids"]), 128)


class Refusals(ExportTest):
    def refuse(self, code, says, *args):
        self.refused(code, says, "export", *args, "--tokenizer", self.program.tokenizer)

    def test_one_of_two_kinds_must_be_asked_for(self):
        out = self.folder / "out"
        for options in ([], ["--peft", out, "--merged", self.folder / "other"]):
            self.refuse(2, "give one of --peft DIR and --merged DIR", self.adapted, *options)
        self.refuse(2, "--base-name", self.adapted, "--merged", out, "--base-name", "gpt2")

    def test_a_scratch_run_has_no_counterpart(self):
        run = self.train("scratch")
        self.refuse(2, "only those of gpt2-lora", run, "--merged", self.folder / "out")

    def test_a_fully_trained_run_has_no_adapter(self):
        self.refuse(2, ["--peft", "--full", "--merged"], self.full, "--peft", self.folder / "out")

    def test_a_folder_with_a_model_or_an_adapter_is_left_alone(self):
        for name in sorted(ADAPTER_FILES | MODEL_FILES | COMMON_FILES | {"tokenizer.json"}):
            with self.subTest(name):
                out = self.folder / f"with {name}"
                out.mkdir()
                (out / name).write_text("kept")
                self.refuse(2, ["--merged", name], self.adapted, "--merged", out)
        (self.folder / "file").write_text("kept")
        self.refuse(2, ["--peft", "is no folder"], self.adapted, "--peft", self.folder / "file")

    def test_files_of_other_kinds_may_stand_there(self):
        (self.folder / "out").mkdir()
        (self.folder / "out" / ".gitattributes").write_text("kept")
        self.assertEqual((self.export(self.adapted, "--peft") / ".gitattributes").read_text(), "kept")

    def test_another_base_than_the_recorded_one_is_unfit(self):
        write_base(self.folder / "other", 2)
        self.refuse(4, ["other", "not the GPT-2 that the run was trained on", "--weights"], self.adapted, "--merged", self.folder / "out",
                    "--weights", self.folder / "other")

    def test_a_missing_base_is_told_and_can_be_named(self):
        shutil.copytree(self.base, self.folder / "moved")
        run = self.folder / "run"
        shutil.copytree(self.adapted, run)
        config = (run / "config.toml").read_text()
        (run / "config.toml").write_text(config.replace(str(self.base), str(self.folder / "gone")))
        self.refuse(4, ["gone", "--weights"], run, "--peft", self.folder / "out")
        self.export(run, "--merged", "--weights", self.folder / "moved")

    def test_another_tokenizer_than_the_recorded_one_is_unfit(self):
        shutil.copytree(self.program.tokenizer, self.folder / "tokenizer")
        with open(self.folder / "tokenizer" / "vocab.bpe", "a") as file:
            file.write("\n")
        self.refused(4, ["not the tokenizer", "--tokenizer"], "export", self.adapted, "--peft", self.folder / "out", "--tokenizer",
                     self.folder / "tokenizer")

    def test_damaged_weights_are_found_and_leave_no_folder(self):
        run = self.folder / "run"
        shutil.copytree(self.adapted, run)
        content = bytearray((run / "model.safetensors").read_bytes())
        content[-1] ^= 1
        (run / "model.safetensors").write_bytes(content)
        self.refuse(4, ["model.safetensors", "SHA-256"], run, "--peft", self.folder / "out")


if __name__ == "__main__":
    main()
