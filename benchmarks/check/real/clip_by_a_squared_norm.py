import numpy as np


def squared_sum(arrays):
    return sum(float(np.sum(a * a)) for a in arrays)


def clip_gradients(grads, max_norm):
    total_norm = squared_sum(grads.values())
    clip_scale = max_norm / total_norm if total_norm > max_norm else 1.0
    return {k: g * clip_scale for k, g in grads.items()}


def init_block(rng, d, h):
    return {"up": rng.normal(0, 0.7, (d, h)), "down": rng.normal(0, 0.7, (h, d)), "head": rng.normal(0, 0.7, (d, 5))}


def forward(p, x):
    up = x @ p["up"]
    act = np.maximum(up, 0)
    res = x + act @ p["down"]
    logits = res @ p["head"]
    logits = logits - logits.max(axis=1, keepdims=True)
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return act, res, probs


def backward(p, x, tokens, act, res, probs):
    dlogits = probs.copy()
    dlogits[np.arange(len(tokens)), tokens] -= 1
    g = {"head": res.T @ dlogits}
    dres = dlogits @ p["head"].T
    g["down"] = act.T @ dres
    g["up"] = x.T @ ((dres @ p["down"].T) * (act > 0))
    return g


rng = np.random.default_rng(5)
x = rng.normal(size=(6, 4))
tokens = rng.integers(0, 5, 6)
params = init_block(rng, 4, 8)
lr, max_norm = 0.1, 1.0
for step in range(3):
    act, res, probs = forward(params, x)
    loss = -np.log(probs[np.arange(6), tokens]).sum()
    grads = clip_gradients(backward(params, x, tokens, act, res, probs), max_norm)
    for name in params:
        params[name] -= lr * grads[name]
