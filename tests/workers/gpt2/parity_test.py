"""What transformers saves of a GPT-2 is read as torch reads it, and a random GPT-2 loads in transformers. Argument: gpt2_tool."""

import hashlib
import json
import logging
import math
import pathlib
import subprocess
import sys
import tempfile

import safetensors.torch
import torch
import transformers

GEOMETRIES = [
    dict(vocab_size=101, n_positions=16, n_embd=24, n_layer=2, n_head=3),
    dict(vocab_size=50, n_positions=7, n_embd=20, n_layer=3, n_head=5, n_inner=33, activation_function="gelu", layer_norm_epsilon=1e-6),
    dict(vocab_size=300, n_positions=8, n_embd=16, n_layer=11, n_head=1, activation_function="gelu_pytorch_tanh"),
]


def show(tool, path):
    return json.loads(subprocess.run([tool, "show", path], check=True, stdout=subprocess.PIPE).stdout)


def digest(tensor):
    return hashlib.sha256(tensor.detach().float().contiguous().numpy().tobytes()).hexdigest()


def expected_tensors(model):
    return {name.removeprefix("transformer."): {"shape": list(tensor.shape), "sha256": digest(tensor)}
            for name, tensor in model.state_dict().items()}


def check_read(tool, path, model, dtype):
    found = show(tool, path)
    assert {tensor.pop("dtype") for tensor in found["tensors"].values()} == {dtype}
    assert found["tensors"] == expected_tensors(model), path
    config = model.config
    expected = {"vocab_size": config.vocab_size, "n_positions": config.n_positions, "n_embd": config.n_embd, "n_layer": config.n_layer,
                "n_head": config.n_head, "n_inner": config.n_inner or 4 * config.n_embd, "layer_norm_epsilon": config.layer_norm_epsilon,
                "initializer_range": config.initializer_range,
                "activation_function": "gelu" if config.activation_function == "gelu" else "gelu_new"}
    assert {key: found["config"][key] for key in expected} == expected, found["config"]


def saved_models_are_read(tool, folder):
    for i, geometry in enumerate(GEOMETRIES):
        config = transformers.GPT2Config(num_labels=4, pad_token_id=0, bos_token_id=0, eos_token_id=0, **geometry)
        for kind in (transformers.GPT2Model, transformers.GPT2ForSequenceClassification, transformers.GPT2LMHeadModel):
            for dtype, torch_dtype in (("F32", torch.float32), ("F16", torch.float16), ("BF16", torch.bfloat16)):
                torch.manual_seed(i)
                model = kind(config).to(torch_dtype)
                path = folder / f"{kind.__name__}-{i}-{dtype}"
                model.save_pretrained(path, max_shard_size="4KB" if dtype == "F16" else "5GB")
                assert (path / "model.safetensors.index.json").exists() == (dtype == "F16"), "the F16 models are sharded"
                body = model.transformer if kind is transformers.GPT2LMHeadModel else model
                check_read(tool, path, body, dtype)


def a_file_as_published_is_read(tool, folder):
    """With the buffers that transformers saved with the weights until 2023."""
    model = transformers.GPT2Model(transformers.GPT2Config(**GEOMETRIES[0]))
    length = model.config.n_positions
    tensors = dict(model.state_dict())
    for layer in range(model.config.n_layer):
        tensors[f"h.{layer}.attn.bias"] = torch.tril(torch.ones(1, 1, length, length))
        tensors[f"h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    folder.mkdir()
    model.config.save_pretrained(folder)
    safetensors.torch.save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    check_read(tool, folder, model, "F32")


def statistics_of(model):
    """Count, mean and standard deviation of each kind of tensor: wte.weight, attn.c_attn.weight, .. over all layers."""
    kinds = {}
    for name, tensor in model.state_dict().items():
        parts = name.split(".")
        kinds.setdefault(".".join(parts[2:] if parts[0] == "h" else parts), []).append(tensor.double().flatten())
    values = {kind: torch.cat(tensors) for kind, tensors in kinds.items()}
    return {kind: (len(v), v.mean().item(), v.std(correction=0).item()) for kind, v in values.items()}


def a_random_model_loads_and_starts_as_in_transformers(tool, folder):
    sizes = dict(n_layer=3, n_embd=64, n_head=4, n_inner=96, n_positions=32, vocab_size=500)
    subprocess.run([tool, "random", folder, *map(str, sizes.values()), "42"], check=True)
    for kind in (transformers.GPT2Model, transformers.GPT2ForSequenceClassification):
        model, info = kind.from_pretrained(folder, output_loading_info=True)
        new = {"score.weight"} if kind is transformers.GPT2ForSequenceClassification else set()  # a classifier's head is its own
        assert set(info["missing_keys"]) == new and not info["unexpected_keys"] and not info["mismatched_keys"], info
        assert {key: getattr(model.config, key) for key in sizes} == sizes
        assert model.dtype == torch.float32 and model.config.agsweep_random is True

    model = transformers.GPT2Model.from_pretrained(folder)
    torch.manual_seed(42)
    check_read(tool, folder, model, "F32")
    ours, theirs = statistics_of(model), statistics_of(transformers.GPT2Model(model.config))
    assert ours.keys() == theirs.keys()
    for kind, (count, mean, std) in ours.items():
        _, their_mean, their_std = theirs[kind]
        if their_std == 0:
            assert (mean, std) == (their_mean, 0), (kind, mean, std)
            continue
        # Of two samples of a normal distribution: five standard errors of the difference.
        assert abs(mean - their_mean) < 5 * their_std * math.sqrt(2 / count), (kind, mean, their_mean)
        assert abs(std / their_std - 1) < 5 / math.sqrt(count), (kind, std, their_std)


def main(tool):
    logging.disable(logging.WARNING)
    transformers.utils.logging.disable_progress_bar()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        saved_models_are_read(tool, folder)
        a_file_as_published_is_read(tool, folder / "published")
        a_random_model_loads_and_starts_as_in_transformers(tool, folder / "random")


main(sys.argv[1])
