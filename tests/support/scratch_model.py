"""The scratch model in plain PyTorch, padded, as docs/files.md and docs/numerics.md specify it: the peer of workers/model."""

import math

import h5py
import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, width, heads, ffn, dropout):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.attention = nn.ModuleDict({"qkv": nn.Linear(width, 3 * width), "out": nn.Linear(width, width)})
        self.norm2 = nn.LayerNorm(width)
        self.ffn = nn.ModuleDict({"up": nn.Linear(width, ffn), "down": nn.Linear(ffn, width)})
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        batch, length, width = x.shape
        qkv = self.attention["qkv"](self.norm1(x)).view(batch, length, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)  # padding stands behind, where no real token looks
        x = x + self.dropout(self.attention["out"](mixed.transpose(1, 2).reshape(batch, length, width)))
        return x + self.dropout(self.ffn["down"](F.gelu(self.ffn["up"](self.norm2(x)))))


class ScratchModel(nn.Module):
    def __init__(self, vocabulary=50257, width=192, layers=3, heads=4, ffn=768, classes=4, longest=128, dropout=0.0):
        super().__init__()
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.blocks = nn.ModuleList(Block(width, heads, ffn, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, classes)
        self.dropout = nn.Dropout(dropout)
        position = torch.arange(longest, dtype=torch.float64)[:, None]
        angle = position / 10000.0 ** (torch.arange(width) // 2 * 2 / width)
        sinusoid = torch.where(torch.arange(width) % 2 == 0, angle.sin(), angle.cos()).float()
        self.register_buffer("sinusoid", sinusoid, persistent=False)

    def forward(self, tokens, lengths):
        """tokens [batch, longest] padded behind with any id, lengths [batch] -> logits [batch, classes]"""
        x = self.token_embedding(tokens) * math.sqrt(self.token_embedding.embedding_dim) + self.sinusoid[: tokens.shape[1]]
        x = self.dropout(x)
        for block in self.blocks:
            x = block(x)
        last = self.norm(x)[torch.arange(len(lengths), device=x.device), lengths - 1]
        return self.head(last)


def start(model, seed):
    """Start values of the published scale; the test passes them on with --init."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        with torch.no_grad():
            if name == "token_embedding.weight":
                parameter.normal_(0, parameter.shape[1] ** -0.5, generator=generator)
            elif parameter.ndim == 2:
                nn.init.xavier_uniform_(parameter, generator=generator)
            elif "norm" not in name:
                parameter.uniform_(-0.05, 0.05, generator=generator)


def first_rows(data, count):
    """The training split's first rows in memory, for padded()."""
    with h5py.File(data) as corpus:
        split = corpus["train"]
        offsets = split["offsets"][: count + 1]
        return {"offsets": offsets, "tokens": split["tokens"][: int(offsets[-1])], "labels": split["labels"][:count]}


def padded(split, rows):
    """tokens [batch, longest of them], lengths, labels of an open h5py group."""
    offsets = split["offsets"][:].astype("int64")
    all_tokens = split["tokens"][:]
    texts = [torch.from_numpy(all_tokens[offsets[r] : offsets[r + 1]].astype("int64")) for r in rows]
    lengths = torch.tensor([len(t) for t in texts])
    return nn.utils.rnn.pad_sequence(texts, batch_first=True), lengths, torch.from_numpy(split["labels"][:].astype("int64"))[rows]
