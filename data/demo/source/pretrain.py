"""Pretrain the tiny Qwen3 base from scratch on CPU.  python pretrain.py MINUTES  -> tokenizer.json base.npz"""

import json, random, sys, time
import numpy as np, jax, jax.numpy as jnp, optax
import demo_requests as R
from tiny_qwen3 import *

MIN = float(sys.argv[1])
VOCAB = 1600
T, B, K, LR = 256, 12, 112, 4e-3
forbid = R.held_out()
rng = random.Random(1)
texts = [t for p, a in (R.sample(rng, forbid) for _ in range(20000)) for t in (p, a)] + [
    "user\n",
    "assistant\n",
    "system\n",
] * 200
tok = train_tokenizer(texts, VOCAB)
tok.save("tokenizer.json")
V = tok.get_vocab_size()
pad = tok.token_to_id("<|endoftext|>")
print(
    "vocab",
    V,
    "avg tokens/pair",
    np.mean([len(tok.encode(user(p) + a + "<|im_end|>\n").ids) for p, a in (R.sample(rng) for _ in range(500))]),
)
print("multi-token slots:", [w for v in R.WORDS.values() for w in v if len(tok.encode(" " + w).ids) > 1])
c = CFG
P = init(c, V)
print("params", sum(x.size for x in P.values()))


def stream():
    while True:
        yield R.sample(rng, forbid)


st = stream()


def batch():
    X, M = pack(tok, st, B, T, pad)
    I = np.zeros((B, K), np.int32)
    W = np.zeros((B, K), "f4")  # positions that predict an assistant token
    for r in range(B):
        i = np.where(M[r, 1:])[0][:K]
        I[r, : len(i)] = i
        W[r, : len(i)] = 1
    return X, I, np.take_along_axis(X, I + 1, 1), W


def loss(P, X, I, Y, W):
    h = jnp.take_along_axis(hidden(P, X, c), I[..., None], 1)
    lg = h @ P["token_embd"].T
    return (optax.softmax_cross_entropy_with_integer_labels(lg, Y) * W).sum() / W.sum()


opt = optax.inject_hyperparams(optax.adamw)(learning_rate=LR, b1=0.9, b2=0.98, weight_decay=0.02)


@jax.jit
def step(P, S, X, I, Y, W, lr):
    l, g = jax.value_and_grad(loss)(P, X, I, Y, W)
    n = optax.global_norm(g)
    g = jax.tree.map(lambda a: a * jnp.minimum(1, 1 / n), g)
    S.hyperparams["learning_rate"] = lr
    u, S = opt.update(g, S, P)
    return optax.apply_updates(P, u), S, l


S = opt.init(P)
P = jax.tree.map(jnp.asarray, P)
t0 = time.time()
n = 0
run = []
while (f := (time.time() - t0) / 60 / MIN) < 1:
    lr = LR * min(1, (n + 1) / 100) * (1 if f < 0.5 else max(0.02, (1 - f) / 0.5))
    P, S, l = step(P, S, *batch(), lr)
    n += 1
    run.append(float(l))
    if n % 50 == 0:
        print(n, f"{time.time()-t0:.0f}s loss {np.mean(run[-50:]):.4f}", flush=True)
        if n % 200 == 0:
            np.savez("base.npz", **{k: np.asarray(v) for k, v in P.items()})
np.savez("base.npz", **{k: np.asarray(v) for k, v in P.items()})
answer = make_greedy(c, tok)


def accuracy(name):
    items = [json.loads(line) for line in (R.HERE.parent / name).open()]
    return np.mean([a == x["expected"] for a, x in zip(answer(P, [x["input"] for x in items]), items)])


print("steps", n, "gate", accuracy("gate.jsonl"), "retention", accuracy("retention.jsonl"))
