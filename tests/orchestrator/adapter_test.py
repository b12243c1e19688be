"""Adapters that Python's peft made: evaluate and train --init take them as peft means them. Arguments: AGSWEEP TOKENIZER_DIR."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import main  # noqa: E402
from gpt2_models import Gpt2Test  # noqa: E402

import torch  # noqa: E402
import transformers  # noqa: E402
from peft import LoraConfig, get_peft_model  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402


class Adapter(Gpt2Test):
    def adapter(self, name="adapter", classes=4, **config):
        """A peft adapter with random A and B, as a folder, and the model in Python."""
        torch.manual_seed(5)
        base = transformers.AutoModelForSequenceClassification.from_pretrained(self.base, num_labels=classes, pad_token_id=50256,
                                                                               ignore_mismatched_sizes=True)
        lora = {"r": 4, "lora_alpha": 12, "target_modules": ["c_attn", "c_proj"], "fan_in_fan_out": True}
        model = get_peft_model(base, LoraConfig(task_type="SEQ_CLS", init_lora_weights=False, **lora | config))
        model.save_pretrained(self.folder / name)
        return self.folder / name, model

    def python_logits(self, model):
        return self.logits(model, transformers.GPT2Tokenizer(*(str(self.program.tokenizer / name) for name in ("encoder.json", "vocab.bpe")),
                                                             pad_token="<|endoftext|>"))


class Evaluate(Adapter):
    def test_gives_peft_s_logits(self):
        for name, config in {"usual": {}, "rslora": {"use_rslora": True}, "mlp": {"target_modules": ["mlp.c_fc", "mlp.c_proj"]},
                             "all": {"target_modules": "all-linear", "lora_alpha": 3},
                             "one_block": {"target_modules": r"transformer\.h\.1\.attn\.(c_attn|c_proj)"}}.items():
            with self.subTest(name):
                adapter, model = self.adapter(name, **config)
                self.assert_close(self.evaluated(adapter), self.python_logits(model))

    def test_takes_the_base_from_where_it_is_told(self):
        adapter, model = self.adapter()
        config = json.loads((adapter / "adapter_config.json").read_text())
        (adapter / "adapter_config.json").write_text(json.dumps(config | {"base_model_name_or_path": "gpt2"}))
        self.refused(2, ["gpt2, is no folder here", "--weights"], "evaluate", adapter, "--data", self.data)
        self.assert_close(self.evaluated(adapter, "--weights", self.base), self.python_logits(model))

    def test_refuses_a_model_whose_outputs_are_not_finite(self):
        adapter, _ = self.adapter()
        path = adapter / "adapter_model.safetensors"
        tensors = {name: torch.sign(tensor) * 3e38 if name.endswith("score.weight") else tensor for name, tensor in load_file(path).items()}
        save_file(tensors, path, metadata={"format": "pt"})
        for ranks in (1, 2):
            self.refused(4, [f"{adapter}: the model's outputs for row", "are not finite"], "evaluate", adapter, "--data", self.data, ranks=ranks)

    def test_refuses_a_head_of_other_classes(self):
        adapter, _ = self.adapter(classes=3)
        self.refused(4, ["4 classes", "tells 3 apart"], "evaluate", adapter, "--data", self.data)

    def test_says_that_a_base_is_random(self):
        adapter, _ = self.adapter()
        self.assertIn("random GPT-2", self.program.run("evaluate", adapter, "--data", self.data).check().stdout)


class Predict(Adapter):
    def test_refuses_an_adapter_whose_classes_have_no_names(self):
        adapter, _ = self.adapter()
        self.refused(2, "does not name its classes", "predict", adapter, stdin="a text")


class Init(Adapter):
    def train(self, adapter, *options, code=0):
        run = self.folder / "run"
        return self.program.run("train", "--model", "gpt2-lora", "--data", self.data, "--weights", self.base, "--out", run, "--init", adapter,
                                "--epochs", 1, "--batch-size", 64, "--warmup-steps", 0, "--weight-decay", 0, *options).check(code)

    def test_training_begins_with_the_adapter(self):
        adapter, _ = self.adapter()
        self.train(adapter, "--lora-rank", 4, "--lora-alpha", 12, "--lr", "1e-30")
        run = self.evaluated(self.folder / "run")
        self.assert_close(run, self.evaluated(adapter))

    def test_another_rank_or_scale_is_told(self):
        adapter, _ = self.adapter()
        self.assertIn("give --lora-rank 4", self.train(adapter, code=2).stderr)
        self.assertIn("give --lora-alpha 12", self.train(adapter, "--lora-rank", 4, code=2).stderr)

    def test_damaged_weights_are_unfit(self):
        adapter, _ = self.adapter()
        content = (adapter / "adapter_model.safetensors").read_bytes()
        (adapter / "adapter_model.safetensors").write_bytes(content[:-1])
        self.assertIn("adapter_model.safetensors", self.train(adapter, "--lora-rank", 4, "--lora-alpha", 12, code=4).stderr)


if __name__ == "__main__":
    main()
