"""GPT-2 with LoRA, and all of GPT-2, against transformers and peft: logits, gradients, and 30 full-batch steps on ragged rows.

usage: gpt2_parity_test.py GPT2_STEP [CASE]
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from torch.nn import functional as F
from transformers import GPT2Config, GPT2ForSequenceClassification

PAD, STEPS, WARMUP, LR = 50256, 30, 10, 1e-3
LENGTHS = (1, 17, 3, 64, 29, 8, 40)
FEW = (1, 9, 20)  # of the large model, whose steps take PyTorch a second each with all

TINY = dict(n_layer=2, n_embd=48, n_head=3, n_inner=80, n_positions=64)
DEEP = dict(n_layer=4, n_embd=64, n_head=2, n_positions=70, activation_function="gelu", layer_norm_epsilon=1e-4)
SMALL = dict()  # GPT-2 small

CASES = {
    "tiny": dict(geometry=TINY, r=4, alpha=8, targets="c_attn,c_proj"),
    "rslora": dict(geometry=TINY, r=3, alpha=5, targets="c_attn", rslora=True),
    "attention_projection": dict(geometry=DEEP, r=8, alpha=16, targets="attn.c_proj"),
    "mlp": dict(geometry=DEEP, r=2, alpha=4, targets="mlp.c_proj,mlp.c_fc"),
    "all_targets": dict(geometry=DEEP, r=16, alpha=16, targets="attn.c_attn,attn.c_proj,mlp.c_fc,mlp.c_proj"),
    "wide_rank": dict(geometry=TINY, r=48, alpha=96, targets="c_attn,c_proj,c_fc"),
    "one_layer": dict(geometry=DEEP, r=8, alpha=8, targets="h.1.attn.c_attn"),
    "full": dict(geometry=TINY, full=True),
    "small": dict(geometry=SMALL, r=8, alpha=16, targets="c_attn,c_proj", lengths=FEW),
}


def rows(lengths):
    generator = np.random.default_rng(1)
    return [generator.integers(0, PAD, length).tolist() for length in lengths], generator.integers(0, 4, len(lengths)).tolist()


def padded(tokens):
    longest = max(map(len, tokens))
    ids = torch.tensor([row + [PAD] * (longest - len(row)) for row in tokens])
    return ids, (torch.arange(longest)[None] < torch.tensor([len(row) for row in tokens])[:, None]).long()


def make_model(case, folder):
    torch.manual_seed(0)
    config = GPT2Config(**case["geometry"], num_labels=4, pad_token_id=PAD, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0)
    model = GPT2ForSequenceClassification(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias") or "ln_" in name:
                parameter.add_(torch.randn_like(parameter) * 0.1)  # not zeros and ones
    del_score = model.score.weight.data.clone()
    model.save_pretrained(folder)
    if case.get("full"):
        return model, {name: tensor for name, tensor in model.named_parameters()}
    lora = LoraConfig(task_type="SEQ_CLS", r=case["r"], lora_alpha=case["alpha"], lora_dropout=0, use_rslora=case.get("rslora", False),
                      target_modules=case["targets"].split(","), fan_in_fan_out=True)
    model = get_peft_model(model, lora)
    trained = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.02)  # else A's gradient would be zero
        name = name.removeprefix("base_model.model.").replace(".default", "").replace("modules_to_save.", "")
        trained[name] = parameter
    assert del_score.equal(trained["score.weight"])
    return model, trained


def ours(program, folder, case, trained, tokens, labels, precision):
    save_file({name: parameter.detach().clone().contiguous() for name, parameter in trained.items()}, str(folder / "init.safetensors"))
    job = dict(weights=str(folder), init=str(folder / "init.safetensors"), precision=precision, lora_rank=case.get("r", 8),
               lora_alpha=str(case.get("alpha", 16)), lora_targets=case.get("targets", "c_attn"), rslora=case.get("rslora", False),
               full=case.get("full", False), tokens=tokens, labels=labels, lr=LR, steps=STEPS)
    (folder / "job.json").write_text(json.dumps(job))
    printed = subprocess.run([program, folder / "job.json", folder / "out.safetensors"], check=True, stdout=subprocess.PIPE).stdout
    return load_file(str(folder / "out.safetensors")), json.loads(printed)


def relative(ours, theirs):
    return float(torch.linalg.norm(ours - theirs) / torch.linalg.norm(theirs).clamp_min(1e-12))


def compare(name, program, folder):
    case = CASES[name]
    tokens, labels = rows(case.get("lengths", LENGTHS))
    model, trained = make_model(case, folder)
    result, counts = ours(program, folder, case, trained, tokens, labels, "fp32")
    assert counts["trainable"] == sum(p.numel() for p in trained.values()), counts
    if not case.get("full"):
        total = model.get_nb_trainable_parameters()[1]
        assert counts["total"] == total, (counts, total)
    if name == "small":
        assert counts == {"total": 125_256_960, "trainable": 814_080}, counts

    ids, mask = padded(tokens)
    targets = torch.tensor(labels)
    model.train()
    logits = model(input_ids=ids, attention_mask=mask).logits
    F.cross_entropy(logits, targets).backward()
    worst = float((result["logits"] - logits.detach()).abs().max())
    print(f"{name}: logits differ by {worst:.1e} at most", end="")
    assert worst <= 1e-4, worst

    # The keys' bias has no gradient but rounding noise: a shift of all of a query's scores leaves the softmax as it is.
    d = ids.new_tensor(trained["score.weight"].shape[1]).item()
    gradients = {}
    for key, parameter in trained.items():
        error, gradient = result["gradient." + key], parameter.grad
        if key.endswith("attn.c_attn.bias"):
            keep = [*range(d), *range(2 * d, 3 * d)]
            error, gradient = error[keep], gradient[keep]
        gradients[key] = relative(error, gradient)
    worst = max(gradients, key=gradients.get)
    print(f", gradients by {gradients[worst]:.1e}", end="")
    assert gradients[worst] <= 1e-3, (worst, gradients[worst])

    losses = train(model, list(trained.values()), ids, mask, targets)
    worst = float(((result["losses"] - losses) / losses).abs().max())
    weights = {key: relative(result["trained." + key], parameter.detach()) for key, parameter in trained.items()
               if not key.endswith("attn.c_attn.bias")}
    worst_weight = max(weights, key=weights.get)
    print(f", {STEPS} losses by {worst:.1e}, weights after them by {weights[worst_weight]:.1e}", flush=True)
    assert worst <= 1e-3 and weights[worst_weight] <= 1e-3, (worst, worst_weight, weights[worst_weight])


def train(model, parameters, ids, mask, targets):
    optimiser = torch.optim.AdamW(parameters, lr=LR, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LR, total_steps=STEPS, pct_start=WARMUP / STEPS)
    losses = []
    for step in range(STEPS):
        loss = F.cross_entropy(model(input_ids=ids, attention_mask=mask).logits, targets)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        if step < STEPS - 1:
            schedule.step()
        losses.append(loss.item())
    return torch.tensor(losses)


def main(program, *names):
    torch.set_num_threads(2)
    for name in names or CASES:
        with tempfile.TemporaryDirectory(prefix="agsweep-") as folder:
            compare(name, program, pathlib.Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
