"""Losses of right scripts in many styles: other tongues, other builds, other tasks."""

import numpy as np
from proof import proves
from proofs.dense import bernoulli, sigmoid, softmax


@proves(
    "own_pegasos", at="condition = ", rate="eta", backward=(("if cond", "if cond"),)
)
def _(w, b, *, x_i, y_i, lam):
    return max(0.0, 1 - y_i * (x_i @ w - b)) + lam * (w @ w)


@proves(
    "own_reinforce",
    at="grad = slopes",
    rate="learning_rate",
    where={"advantage": "gains"},
    backward=("slopes", ("for k in model:", "for k in model:")),
)
def _(model, *, ep_in, ys, advantage):
    p = sigmoid(np.maximum(ep_in @ model["W1"].T, 0) @ model["W2"])
    return -np.sum(advantage * np.log(np.where(ys, p, 1 - p)))


@proves(
    "own_skipgram",
    at="p_hat, h, u = self.run(w_t)",
    rate="eta",
    where={"a": "self.w1", "b": "self.w2"},
    owner="w2v",
    backward=("learn", ("misses = ", "misses = ")),
)
def _(a, b, *, w_t, w_c):
    p = softmax(b.T @ (a.T @ w_t))
    return -np.sum([np.log(np.dot(p, word)) for word in w_c])


@proves(
    "own_gan",
    at="d_real = ",
    rate="lr",
    where={"now": "(a, c, u, v)"},
    backward=(("grad_u = ", "a, c = a"),),
)
def _(a, c, u, v, *, real, z, now):
    # each player's loss, with the other held where it is
    fake = now[0] * z + now[1]
    judge = -np.log(sigmoid(u * real + v)) - np.log(sigmoid(-u * fake - v))
    forger = -np.log(sigmoid(now[2] * (a * z + c) + now[3]))
    return np.mean(judge) + np.mean(forger)


@proves(
    "own_tied_autoencoder",
    at="tilde_x = ",
    rate="lr",
    backward=(("L_h2 = ", "vbias += "),),
)
def _(W, hbias, vbias, *, x, corruption):
    code = sigmoid((corruption * x) @ W + hbias)
    return bernoulli(sigmoid(code @ W.T + vbias), x) / len(x)


@proves(
    "own_zwei_dateien",
    at="ausgaben = vorwaerts",
    rate="lernrate",
    backward=(("for k, (dG, ds)", "for k, (dG, ds)"),),
)
def _(gewichte, schwellen, *, eingabe, ziel):
    x = eingabe
    for weights, bias in zip(gewichte, schwellen, strict=True):
        x = sigmoid(x @ weights + bias)
    return np.sum((x - ziel) ** 2) / 2


@proves(
    "own_poids",
    at="z = poids.dot",
    rate="taux",
    backward=(("erreur = ", "for k in range(3)"),),
)
def _(poids, biais, *, x, c):
    return -np.log(softmax(poids @ x + biais)[c])


@proves(
    "own_vesa",
    at="sloi1 = ",
    rate="skorost",
    backward=(("delta2 = ", "vesa1 += "),),
)
def _(vesa1, vesa2, *, vhod, otvet):
    return np.sum((np.tanh(np.tanh(vhod @ vesa1) @ vesa2) - otvet) ** 2) / 2


@proves(
    "own_matrix_class",
    at="h = sigmoid(rows",
    rate="alpha",
    where={"x": "rows", "t": "marks"},
    backward=(("error = ", "weights = weights + "),),
)
def _(weights, *, x, t):
    return bernoulli(sigmoid(np.asarray(x) @ weights), np.asarray(t))


@proves(
    "own_einsum_attention",
    at="Q = np.einsum",
    rate=0.1,
    backward=(("dO = ", "for W, dW"),),
)
def _(Wq, Wk, Wv, Wo, *, X, Y):
    scores = (X @ Wq) @ (X @ Wk).transpose(0, 2, 1) / np.sqrt(2)
    return np.mean((softmax(scores) @ (X @ Wv) @ Wo - Y) ** 2)


@proves(
    "own_accumulate",
    at="acc1 = np.zeros_like",
    rate="lr",
    backward=(("g2 = h", "g1 = x"), ("acc1 += ", "acc2 += "), ("W1 -= ", "W2 -= ")),
)
def _(W1, W2, *, X, Y):
    return np.sum((np.tanh(X @ W1) @ W2 - Y) ** 2) / len(X)


@proves(
    "own_transformer_block",
    at="n, cache = layernorm",
    rate=0.2,
    backward=("gelu_backward", "layernorm_backward", ("dout = ", "p = {k")),
)
def _(p, *, x, target):
    centred = x - x.mean(axis=1, keepdims=True)
    spread = np.sqrt(np.mean(centred**2, axis=1, keepdims=True) + 1e-5)
    u = (centred / spread * p["ln_w"] + p["ln_b"]) @ p["fc"]
    bent = u / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (u + 0.044715 * u**3)))
    return np.mean((x + bent @ p["proj"] - target) ** 2)


@proves(
    "own_triplet",
    at="fa, fp, fn = ",
    rate=0.05,
    backward=(("active = ", "M = M - "),),
)
def _(M, *, anchors, positives, negatives):
    near = np.sum(((anchors - positives) @ M) ** 2, axis=1)
    far = np.sum(((anchors - negatives) @ M) ** 2, axis=1)
    return np.mean(np.maximum(near - far + 1, 0))


@proves(
    "own_l1_and_decay",
    at="residual = X @ theta",
    rate="0.1 / (1 + 0.5 * it)",
    backward=(("grad = ", "bias -= "),),
)
def _(theta, bias, *, X, y):
    return np.mean((X @ theta + bias - y) ** 2) / 2 + 0.05 * np.sum(np.abs(theta))


@proves(
    "own_perceptron_rule",
    at="activation = ",
    rate=0.5,
    passes=4,
    backward=(("if y * activation", "if y * activation"),),
)
def _(w1, w2, theta, *, x1, x2, y):
    return max(0.0, -y * (w1 * x1 + w2 * x2 + theta))


@proves(
    "own_poly_sin",
    at="curve = a",
    rate="learning_rate",
    backward=(("g_curve = ", "d -= "),),
)
def _(a, b, c, d, *, x, y):
    return np.sum((a + b * x + c * x**2 + d * x**3 - y) ** 2)


@proves(
    "own_closures",
    at="out, tape = X, []",
    rate=0.1,
    where={"one": "first.state", "two": "second.state"},
    backward=("back", ("grad = (out", "for back in")),
)
def _(one, two, *, X, T):
    z = X @ one["W"] + one["b"]
    return np.mean((z * sigmoid(z) @ two["W"] + two["b"] - T) ** 2) / 2


@proves(
    "own_sentiment_bag",
    at="mid = ",
    rate="alpha",
    where={"a": "w_in", "b": "w_out", "words": "x"},
    backward=(("top_delta = ", "w_out -= "),),
    others=(
        lambda a, b, *, words, y: np.sum(
            (sigmoid(sigmoid(a[words].sum(axis=0)) @ b) - y) ** 2 / 2
        ),
    ),
)
def _(a, b, *, words, y):
    return bernoulli(sigmoid(sigmoid(a[words].sum(axis=0)) @ b), y)
