"""Losses of right scripts in many styles, collected by somebody who had not seen the checker."""

import numpy as np
from proof import proves
from proofs.dense import bernoulli, sigmoid, softmax
from proofs.rules import adam, each, momentum


@proves(
    "other_bandit_preferences",
    at="baseline = self.average_reward",
    rate="self.alpha",
    passes=5,
    where={"theta": "self.theta", "base": "self.average_reward"},
    owner="agent",
    backward=(("one_hot = ", "self.theta += "),),
)
def _(theta, *, state, action, reward, base):
    return -(reward - base) * np.log(softmax(state @ theta)[action])


@proves(
    "other_batchnorm_one_liner",
    at="h, kept = stage",
    rate=0.05,
    # the bias before a batch normalisation does nothing: its gradient is rounding alone
    where={"p": "{k: v for k, v in P.items() if k != 'b1'}"},
    backward=("stage_back", "rank_loss"),
)
def _(p, *, X, y, lam):
    a = X @ p["W1"]
    a = (a - a.mean(axis=0)) / np.sqrt(a.var(axis=0) + 1e-5)
    s = np.maximum(a * p["gamma1"] + p["beta1"], 0) @ p["W2"] + p["b2"]
    total = lam / 2 * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    for row, k in zip(s, y, strict=True):
        total += sum(max(0, row[j] - row[k] + 1) for j in range(3) if j != k) / len(y)
    return total


@proves(
    "other_biased_factors",
    at="E = np.where",
    rate="self.eta",
    where={
        **{name: f"self.{name}" for name in ("P", "Q", "bu", "bi", "mean", "lam")},
        "ratings": "R",
    },
    owner="mf",
    backward=(("new_P = ", "self.P, self.Q = "),),
)
def _(P, Q, bu, bi, *, ratings, mean, lam):
    total = lam / 2 * sum(np.sum(one**2) for one in (P, Q, bu, bi))
    for u, i in zip(*np.nonzero(~np.isnan(ratings)), strict=True):
        total += (ratings[u, i] - mean - bu[u] - bi[i] - P[u] @ Q[i]) ** 2 / 2
    return total


@each
def clipped_adagrad(g, memory, _, rate):
    g = np.clip(g, -0.5, 0.5)
    memory["v"] = memory.get("v", 0.0) + g * g
    return rate * g / np.sqrt(memory["v"] + 1e-8)


@proves(
    "other_clipped_rnn",
    at="states, guesses = run",
    rate="STEP",
    rule=clipped_adagrad,
    backward=("rewind",),
)
def _(theta, *, heard, following, state):
    total = 0.0
    for i, o in zip(heard, following, strict=True):
        state = np.tanh(theta["emb"][i] + state @ theta["rec"] + theta["shift"])
        total -= np.log(softmax(state @ theta["out"])[o])
    return total


@proves(
    "other_closures_and_zip",
    at="guess, go_back = ",
    rate=0.1,
    where={"w": "[t for t in thetas if t is not None]"},
    backward=("back", "all_back", ("grads, _ = ", "thetas = [t if")),
)
def _(w, *, x, y):
    for matrix, shift in w[:-1]:
        x = np.log(1 + np.exp(x @ matrix + shift))
    return np.sum((x @ w[-1][0] + w[-1][1] - y) ** 2) / 2


@proves(
    "other_einsum_attention_heads",
    at="q = np.einsum",
    rate="eta",
    backward=(("g_out = ", "Wk -= "),),
)
def _(Wq, Wk, Wv, Wo, *, seq, goal):
    total = 0.0
    for x, y in zip(seq, goal, strict=True):
        out = np.zeros_like(y)
        for h in range(2):
            q, k, v = x @ Wq[:, h], x @ Wk[:, h], x @ Wv[:, h]
            for i in range(3):
                weight = softmax(q[i] @ k[: i + 1].T / np.sqrt(2))
                out[i] += weight @ v[: i + 1] @ Wo[h]
        total += np.sum((out - y) ** 2)
    return total / 2


@proves(
    "other_features_by_samples",
    at="As = [X]",
    rate="alpha",
    backward=(("delta = P - Y", "bs = [b - "),),
)
def _(Ws, bs, *, X, Y, lambd):
    a = X
    for k in range(2):
        z = Ws[k] @ a + bs[k]
        a = np.where(z > 0, z, 0.01 * z)
    p = softmax(Ws[2] @ a + bs[2], axis=0)
    size = sum(np.sum(w**2) for w in Ws)
    return (lambd * size / 2 - np.sum(Y * np.log(p))) / X.shape[1]


@proves(
    "other_gru_batch",
    at="outs = net.forward",
    rate=0.1,
    where={"p": "net.p"},
    backward=("backward", ("grads = net", "for name in net")),
)
def _(p, *, xs, ys):
    h, total = np.zeros((3, 3)), 0.0
    for x, y in zip(xs, ys, strict=True):
        both = np.hstack([x, h])
        z, r = (sigmoid(both @ p["W" + k] + p["b" + k]) for k in "zr")
        h = h + z * (np.tanh(np.hstack([x, r * h]) @ p["Wh"] + p["bh"]) - h)
        total += np.sum((h @ p["V"] - y) ** 2) / 2 / len(y)
    return total


@proves(
    "other_keras_like",
    at="out = x",
    rate=0.01,
    rule=adam(0.9, 0.999, 1e-7),
    where={"w": "[[one.kernel, one.bias] for one in self.layers]"},
    owner="model",
    backward=("gradients", "apply_gradients", ("grad = 2.0", "pairs = []")),
)
def _(w, *, x, y):
    for kernel, bias in w[:-1]:
        x = np.maximum(x @ kernel + bias, 0)
    return np.mean((x @ w[-1][0] + w[-1][1] - y) ** 2)


@proves(
    "other_layers_with_caches",
    at="out = x",
    rate=0.3,
    where={"p": "chain[0].weights + chain[2].weights"},
    backward=("backward", ("d = 1.0", "for node in reversed")),
)
def _(p, *, x, labels):
    out = softmax(sigmoid(x @ p[0] + p[1]) @ p[2] + p[3])
    return -np.mean(np.log(out[np.arange(len(x)), labels]))


@proves(
    "other_micro_batches",
    at="loss = 0.0",
    rate="lr",
    where={
        "p": "[model.W1, model.b1, model.w2, model.b2]",
        "x": "X[chunk]",
        "t": "y[chunk]",
    },
    backward=("accumulate", "step"),
)
def _(p, *, x, t):
    out = sigmoid(np.maximum(x @ p[0] + p[1], 0) @ p[2] + p[3])
    return bernoulli(out, t) / len(t)


@proves(
    "other_mixture_density",
    at="h = np.tanh",
    rate=0.1,
    backward=(("gamma = ", "Wh, bh = "),),
)
def _(Wh, bh, Wo, bo, *, x_data, y_data):
    total = 0.0
    for x, y in zip(x_data[:, 0], y_data[:, 0], strict=True):
        out = (np.tanh(x * Wh[0] + bh) @ Wo + bo).reshape(3, 3)
        width = np.exp(out[1])
        bells = np.exp(-(((y - out[2]) / width) ** 2) / 2) / width / np.sqrt(2 * np.pi)
        total -= np.log(softmax(out[0]) @ bells)
    return total / len(x_data)


@proves(
    "other_notebook_ascent",
    at="predictions = ",
    rate="learning_rate",
    backward=(("gradient = ", "weights += "),),
)
def _(weights, *, features, labels):
    z = features @ weights
    return np.sum(np.log(1 + np.exp(np.where(labels == 1, -z, z))))


@proves(
    "other_params_by_name",
    at="h1 = np.tanh",
    rate="lr",
    rule=momentum(0.9),
    backward=(("g = {}", "for k in p:"),),
)
def _(p, *, xb, tb, decay):
    hidden = np.tanh(np.tanh(xb @ p["w1"] + p["c1"]) @ p["w2"] + p["c2"])
    size = sum(np.sum(p[f"w{k}"] ** 2) for k in (1, 2, 3))
    return np.mean((hidden @ p["w3"] + p["c3"] - tb) ** 2) + decay * size / 2


@proves(
    "other_per_sample_lists",
    at="hidden, out = ask",
    rate="RATE",
    rule=momentum(0.2),
    passes=4,
    backward=("correct",),
)
def _(to_hidden, to_out, *, x, wish):
    hidden = np.tanh(np.array(x) @ np.array(to_hidden))
    return (np.tanh(hidden @ np.array(to_out)) - wish) ** 2 / 2


@proves(
    "other_reparametrised",
    at="loss, grads = elbo",
    rate=0.1,
    backward=(("dlogits = ", 'grads["hid"] = '),),
)
def _(net, *, x, eps):
    def through(name, a):
        return a @ net[name]["w"] + net[name]["b"]

    h = np.tanh(through("hid", x))
    mu, var = through("mu", h), np.exp(through("logvar", h))
    p = sigmoid(through("dec", mu + np.sqrt(var) * eps))
    kl = np.sum(var + mu**2 - 1 - np.log(var)) / 2
    return (bernoulli(p, x) + kl) / len(x)


@proves(
    "other_rk4_discrete",
    at="z, trail = z0, []",
    rate=0.5,
    backward=("pull", ("gA, gc, gB = ", "A, c, B = ")),
)
def _(A, c, B, *, z0, target):
    def f(z):
        return np.tanh(z @ A + c) @ B

    z = z0
    for _ in range(4):
        a = f(z)
        b = f(z + a / 8)
        d = f(z + b / 8)
        z = z + (a + 2 * b + 2 * d + f(z + d / 4)) / 24
    return np.mean((z - target) ** 2)


@proves(
    "other_semi_gradient_q",
    at="q = online.predict",
    rate="lr",
    where={"w": "online.weights"},
    backward=("update", ("error = ", "td[np.arange")),
)
def _(w, *, s, a, goal):
    q = np.maximum(s @ w[0][:-1] + w[0][-1], 0) @ w[1][:-1] + w[1][-1]
    far = np.abs(q[np.arange(len(a)), a] - goal)
    return np.mean(np.where(far < 1, far**2 / 2, far - 0.5))


@proves(
    "other_sgns_rows",
    at="touched = {}",
    rate="alpha",
    backward=(("for target, label", "for c in context"),),
)
def _(syn0, syn1, *, context, samples):
    mean = sum(syn0[c] for c in context) / len(context)
    return -sum(np.log(sigmoid((2 * on - 1) * (syn1[k] @ mean))) for k, on in samples)


@proves(
    "other_strided_windows",
    at="wins = ",
    rate="lr",
    backward=(("dscores = probs", "bias -= "),),
)
def _(filters, bias, fc, *, imgs, labels):
    total = 0.0
    for img, label in zip(imgs, labels, strict=True):
        maps = np.zeros((4, 4, 2))
        for i in range(4):
            for j in range(4):
                seen = img[i : i + 3, j : j + 3]
                maps[i, j] = np.maximum(np.sum(filters * seen, axis=(1, 2)) + bias, 0)
        pooled = [
            maps[i : i + 2, j : j + 2].mean(axis=(0, 1)) for i in (0, 2) for j in (0, 2)
        ]
        total -= np.log(softmax(np.concatenate(pooled) @ fc)[label]) / len(imgs)
    return total


@proves(
    "other_tape_of_arrays",
    at="hidden = (data @ A",
    rate=0.01,
    where={
        "p": "[A.data, s.data, B.data]",
        "x": "data.data",
        "y": "labels.data",
    },
    backward=("backprop", "__sub__", "__mul__", "__matmul__", "tanh", "sum"),
)
def _(p, *, x, y):
    h = np.tanh(x @ p[0] + p[1])
    return np.sum(((h**2 + h) @ p[2] - y) ** 2)
