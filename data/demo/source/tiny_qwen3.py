"""Qwen3 forward pass, ChatML packing and byte-level BPE tokenizer shared by pretrain.py and export_gguf.py (JAX)."""

import json, random
import numpy as np, jax, jax.numpy as jnp
from tokenizers import Tokenizer, models, trainers, pre_tokenizers, decoders, Regex

CFG = dict(d=128, layers=2, heads=4, kv=2, hd=32, ff=384, eps=1e-6, theta=10000.0, ctx=1024)
# the "qwen2" pre-tokenizer of llama.cpp
QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def train_tokenizer(texts, vocab):
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(QWEN2), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=vocab - 3, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
        ),
    )
    t.add_special_tokens(SPECIAL)
    return t


def user(p):
    return f"<|im_start|>user\n{p}<|im_end|>\n<|im_start|>assistant\n"


def pack(tok, pairs_iter, n, T, pad, K=None):
    """n rows of <= T tokens, each a multi-turn conversation; mask marks assistant tokens incl. <|im_end|>."""
    X = np.full((n, T), pad, np.int32)
    M = np.zeros((n, T), bool)
    for r in range(n):
        o = 0
        while True:
            p, a = next(pairs_iter)
            u = tok.encode(user(p)).ids
            v = tok.encode(a + "<|im_end|>").ids
            nl = tok.encode("\n").ids
            if o + len(u) + len(v) + 1 > T:
                break
            X[r, o : o + len(u) + len(v) + 1] = u + v + nl
            M[r, o + len(u) : o + len(u) + len(v)] = True
            o += len(u) + len(v) + 1
    return X, M


def init(c, V, seed=0):
    k = np.random.default_rng(seed)
    n = lambda *s, sd=None: (k.standard_normal(s) * (sd or s[-1] ** -0.5)).astype("f4")
    one = lambda m: np.ones(m, "f4")
    d, H, KV, hd, ff = c["d"], c["heads"], c["kv"], c["hd"], c["ff"]
    P = {"token_embd": n(V, d, sd=0.05), "output_norm": one(d)}
    for i in range(c["layers"]):
        b = f"blk.{i}."
        P |= {
            b + "attn_norm": one(d),
            b + "attn_q": n(H * hd, d),
            b + "attn_k": n(KV * hd, d),
            b + "attn_v": n(KV * hd, d),
            b + "attn_output": n(d, H * hd) * 0.5,
            b + "attn_q_norm": one(hd),
            b + "attn_k_norm": one(hd),
            b + "ffn_norm": one(d),
            b + "ffn_gate": n(ff, d),
            b + "ffn_up": n(ff, d),
            b + "ffn_down": n(d, ff) * 0.5,
        }
    return P


def rms(x, w, e):
    return x * jax.lax.rsqrt(jnp.mean(x * x, -1, keepdims=True) + e) * w


def hidden(P, X, c, L=None, scale=2.0):
    """Final hidden states. L: optional LoRA dict name -> (A [r,in], B [out,r])."""
    B, T = X.shape
    H, KV, hd = c["heads"], c["kv"], c["hd"]

    def lin(x, n):
        y = x @ P[n].T
        return y + scale * ((x @ L[n][0].T) @ L[n][1].T) if L and n in L else y

    ang = jnp.arange(T)[:, None] * (c["theta"] ** (-jnp.arange(0, hd, 2) / hd))
    co, si = jnp.cos(ang)[None, :, None], jnp.sin(ang)[None, :, None]

    def rope(x):
        a, b = jnp.split(x, 2, -1)
        return jnp.concatenate([a * co - b * si, b * co + a * si], -1)

    mask = jnp.where(jnp.tril(jnp.ones((T, T), bool)), 0.0, -1e9)
    x = P["token_embd"][X]
    for i in range(c["layers"]):
        b = f"blk.{i}."
        h = rms(x, P[b + "attn_norm"], c["eps"])
        q = rope(rms(lin(h, b + "attn_q").reshape(B, T, H, hd), P[b + "attn_q_norm"], c["eps"]))
        k = rope(rms(lin(h, b + "attn_k").reshape(B, T, KV, hd), P[b + "attn_k_norm"], c["eps"]))
        v = lin(h, b + "attn_v").reshape(B, T, KV, hd)
        k = jnp.repeat(k, H // KV, 2)
        v = jnp.repeat(v, H // KV, 2)
        s = jax.nn.softmax(jnp.einsum("bqhd,bkhd->bhqk", q, k) * hd**-0.5 + mask, -1)
        x = x + lin(jnp.einsum("bhqk,bkhd->bqhd", s, v).reshape(B, T, H * hd), b + "attn_output")
        h = rms(x, P[b + "ffn_norm"], c["eps"])
        x = x + lin(jax.nn.silu(lin(h, b + "ffn_gate")) * lin(h, b + "ffn_up"), b + "ffn_down")
    return rms(x, P["output_norm"], c["eps"])


def make_greedy(c, tok, scale=2.0, T=64):
    """Greedy exact-match helper: teacher-forced check of the expected answer is NOT used; real decoding."""
    end = tok.token_to_id("<|im_end|>")

    @jax.jit
    def step(P, L, X, pos):
        h = hidden(P, X, c, L, scale)
        return jnp.argmax(h[jnp.arange(X.shape[0]), pos] @ P["token_embd"].T, -1)

    def run(P, prompts, L=None, new=16):
        ids = [tok.encode(user(p)).ids for p in prompts]
        X = np.zeros((len(ids), T), np.int32)
        pos = np.array([len(i) for i in ids])
        for r, i in enumerate(ids):
            X[r, : len(i)] = i
        start = pos.copy()
        done = np.zeros(len(ids), bool)
        for _ in range(new):
            t = np.asarray(step(P, L, X, pos - 1))
            done |= t == end
            X[np.arange(len(ids)), pos] = t
            pos += ~done
            if done.all():
                break
        return [tok.decode(X[r, start[r] : pos[r]].tolist()) for r in range(len(ids))]

    return run
