"""Adapters that peft wrote, read by agsweep, and the other way round; merged weights against peft's. Argument: lora_tool."""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"

import safetensors.torch  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402
from peft import LoraConfig, PeftModel, TaskType, get_peft_model  # noqa: E402
from peft.utils.save_and_load import get_peft_model_state_dict, load_peft_weights, set_peft_model_state_dict  # noqa: E402

GEOMETRY = dict(vocab_size=40, n_positions=16, n_embd=24, n_layer=3, n_head=3, num_labels=4, pad_token_id=39)
PREFIX = "base_model.model."
# What a person may ask of peft, and what agsweep must make of it.
VARIANTS = {
    "default": dict(r=8, lora_alpha=16, target_modules=["c_attn", "c_proj"], lora_dropout=0.1),
    "peft's own targets": dict(r=4, lora_alpha=8),
    "rank one, one module": dict(r=1, lora_alpha=3, target_modules=["mlp.c_proj"]),
    "rank above the width": dict(r=64, lora_alpha=32, target_modules=["attn.c_proj", "c_fc"]),
    "rslora": dict(r=6, lora_alpha=5, target_modules=["c_attn"], use_rslora=True),
    "all-linear": dict(r=2, lora_alpha=4, target_modules="all-linear"),
    "a regular expression": dict(r=2, lora_alpha=4, target_modules=r"transformer\.h\.(?:0|2)\..*c_(attn|fc)"),
    "whole names": dict(r=2, lora_alpha=4, target_modules=["transformer.h.1.attn.c_attn", "transformer.h.2.mlp.c_fc"]),
    "gaussian start": dict(r=2, lora_alpha=4, target_modules=["c_attn"], init_lora_weights="gaussian"),
}
REFUSED = {
    "use_dora": dict(use_dora=True),
    "rank_pattern": dict(rank_pattern={"c_attn": 2}),
    "alpha_pattern": dict(alpha_pattern={"c_attn": 2}),
    "bias": dict(bias="lora_only"),
    "lora_bias": dict(lora_bias=True),
    "layers_to_transform": dict(layers_to_transform=[0]),
    "exclude_modules": dict(exclude_modules=["h.0.attn.c_attn"]),
    "modules_to_save": dict(modules_to_save=["ln_f"]),
    "init_lora_weights": dict(init_lora_weights="pissa"),
    "trainable_token_indices": dict(trainable_token_indices=[1, 2]),
}


def tool(*args, code=0):
    done = subprocess.run([TOOL, *map(str, args)], capture_output=True, text=True)
    assert done.returncode == code, done
    return done.stdout if code == 0 else done.stderr


def randomise(model):
    """B starts as zeros, which would hide a wrong scale or a transposed product."""
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.normal_(0, 0.3, generator=generator)


class Parity(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        warnings.simplefilter("ignore")
        transformers.utils.logging.disable_progress_bar()
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        torch.manual_seed(1)
        cls.base_folder = cls.folder / "base"
        transformers.GPT2ForSequenceClassification(transformers.GPT2Config(**GEOMETRY)).save_pretrained(cls.base_folder)

    def base(self):
        return transformers.GPT2ForSequenceClassification.from_pretrained(self.base_folder)

    def adapter(self, name, dtype=torch.float32, **options):
        """A peft model of random weights, saved. @returns model, folder"""
        folder = self.folder / name
        model = get_peft_model(self.base(), LoraConfig(task_type=TaskType.SEQ_CLS, **options))
        randomise(model)
        tensors = {key: value.to(dtype).contiguous() for key, value in get_peft_model_state_dict(model).items()}
        set_peft_model_state_dict(model, tensors)  # as rounded
        model.save_pretrained(folder)
        safetensors.torch.save_file(tensors, folder / "adapter_model.safetensors", metadata={"format": "pt"})
        return model, folder

    def test_agsweep_reads_what_peft_wrote(self):
        for name, options in VARIANTS.items():
            for dtype in (torch.float32, torch.bfloat16, torch.float16):
                with self.subTest(name, dtype=dtype):
                    model, folder = self.adapter(f"read {name} {dtype}", dtype, **options)
                    shown = json.loads(tool("show", folder))
                    tensors = safetensors.torch.load_file(folder / "adapter_model.safetensors")
                    self.assertEqual(shown["tensors"].keys(), {key.removeprefix(PREFIX) for key in tensors})
                    for key, tensor in tensors.items():
                        seen = shown["tensors"][key.removeprefix(PREFIX)]
                        self.assertEqual(seen["shape"], list(tensor.shape))
                        self.assertEqual(seen["sha256"], hashlib.sha256(tensor.view(torch.uint8).numpy().tobytes()).hexdigest())
                    scalings = {module.scaling["default"] for module in model.modules() if hasattr(module, "lora_A")}
                    self.assertEqual(scalings, {shown["scale"]})
                    self.assertEqual(shown["lora_dropout"], options.get("lora_dropout", 0))
                    self.assertEqual(shown["base_name"], str(self.base_folder))

    def test_peft_reads_what_agsweep_wrote(self):
        for name, options in VARIANTS.items():
            with self.subTest(name):
                model, folder = self.adapter(f"copy {name}", **options)
                copy = self.folder / f"copied {name}"
                copy.mkdir()
                tool("copy", folder, copy)
                loaded = PeftModel.from_pretrained(self.base(), copy)
                expected, found = get_peft_model_state_dict(model), get_peft_model_state_dict(loaded)
                self.assertEqual(found.keys(), expected.keys())
                for key in expected:
                    self.assertTrue(torch.equal(found[key], expected[key]), key)
                result = set_peft_model_state_dict(loaded, load_peft_weights(copy, device="cpu"))
                self.assertEqual(result.unexpected_keys, [])
                self.assertEqual([key for key in result.missing_keys if "lora_" in key or "modules_to_save" in key], [])
                ids = torch.randint(0, 39, (3, 7))
                with torch.no_grad():
                    self.assertTrue(torch.equal(loaded.eval()(ids).logits, model.eval()(ids).logits))

    def test_the_merged_model_is_peft_s(self):
        for name, options in VARIANTS.items():
            for dtype in (torch.float32, torch.bfloat16):
                with self.subTest(name, dtype=dtype):
                    model, folder = self.adapter(f"merge {name} {dtype}", dtype, **options)
                    tool("merge", self.base_folder, folder, self.folder / "merged.safetensors")
                    merged = safetensors.torch.load_file(self.folder / "merged.safetensors")
                    expected = model.merge_and_unload().state_dict()
                    self.assertEqual(merged.keys(), expected.keys())
                    for key, tensor in expected.items():
                        torch.testing.assert_close(merged[key], tensor, rtol=1e-6, atol=1e-6, msg=key)

    def test_agsweep_refuses_what_it_would_compute_otherwise(self):
        for key, options in REFUSED.items():
            with self.subTest(key):
                _, folder = self.adapter(f"refused {key}", **(dict(r=2, target_modules=["c_attn"]) | options))
                self.assertIn(f"adapter_config.json: {key}: ", tool("show", folder, code=1))


TOOL = sys.argv.pop(1)
unittest.main()
