"""Losses of networks through time, windows and norms by many hands, collected by somebody who had not seen the checker."""

import numpy as np
from proof import proves
from proofs.dense import sigmoid, softmax


def to_norm_one(before, gradient, data, _):
    """Descent along a gradient that is shortened to length one where it is longer."""
    norm = np.sqrt(sum(g @ g for g in gradient.values()))
    return {
        k: v - data["rate"] * gradient[k] / max(1.0, norm) for k, v in before.items()
    }


@proves(
    "clip_by_a_squared_norm",
    at="act, res, probs = forward",
    rate="lr",
    rule=to_norm_one,
    backward=("backward", "clip_gradients"),
)
def _(params, *, x, tokens):
    out = x + np.maximum(x @ params["up"], 0) @ params["down"]
    return -np.sum(np.log(softmax(out @ params["head"])[np.arange(6), tokens]))


def correlated(volume, kernel):
    shape = [a - b + 1 for a, b in zip(volume.shape, kernel.shape, strict=True)]
    out = np.zeros(shape)
    for place in np.ndindex(kernel.shape):
        part = tuple(slice(k, k + n) for k, n in zip(place, shape, strict=True))
        out = out + kernel[place] * volume[part]
    return out


@proves(
    "conv3d_writes_at_the_output_depth",
    at="pre = fprop_conv",
    rate=0.1,
    backward=("bprop_conv", "update_conv", ("err = ", "F1 = F1")),
)
def _(F1, F2, *, volume, target):
    act = np.tanh(correlated(volume[0], F1[0, 0]))
    return np.sum((correlated(act, F2[0, 0]) - target[0]) ** 2) / 2


@proves(
    "forget_gate_squashed_again",
    at="steps = forward(",
    rate="lr",
    passes=2,
    backward=("backward", ("for param, grad in", "for param, grad in")),
)
def _(params, *, inputs, targets):
    W, b = params[:5], params[5:]
    h = c = np.zeros((3, 1))
    total = 0.0
    for x, y in zip(inputs, targets, strict=True):
        z = np.concatenate([h, x])
        f, i, o = (sigmoid(W[k] @ z + b[k]) for k in (0, 1, 3))
        c = f * c + i * np.tanh(W[2] @ z + b[2])
        h = o * np.tanh(c)
        total -= np.sum(y * np.log(softmax(W[4] @ h + b[4], axis=0)))
    return total


@proves(
    "jacobian_summed_before_use",
    at="c1, c2, c3, c4 = ",
    rate=0.2,
    backward=("backward", ("dgates, dexperts = ", "experts = experts")),
)
def _(w, experts, *, X, targets):
    return np.sum((softmax(X @ w) @ experts - targets) ** 2) / len(X)


@proves(
    "norm_scale_never_learns",
    at="logits = head.forward",
    rate="lr",
    where={"w": "[embed.weight, norm.gamma, head.weight]"},
    backward=("backward", ("grad[np.arange", "norm.gamma -= ")),
)
def _(w, *, x, labels):
    h = x @ w[0]
    h = h / np.sqrt(np.mean(h**2, axis=1, keepdims=True) + 1e-6) * w[1]
    return -np.mean(np.log(softmax(h @ w[2])[np.arange(len(x)), labels]))


@proves(
    "normalised_again_on_the_way_back",
    at="out = scan.forward",
    rate=0.05,
    where={"p": "scan.p"},
    backward=("backward", "rms_norm_back"),
)
def _(p, *, x, y):
    s, total = np.zeros(2), 0.0
    for now, want in zip(x, y, strict=True):
        made = {}
        for k in "BC":
            raw = np.tanh(now * p["W" + k][0] + p["c" + k])
            made[k] = raw / np.sqrt(np.mean(raw**2) + 1e-5) * p["g" + k]
        s = p["decay"] * s + made["B"] * now
        total += (made["C"] @ s - want) ** 2 / 2
    return total


@proves(
    "other_direction_never_added",
    at="performance, total = ",
    rate="step",
    where={
        "merge": "self.merge",
        "ahead": "self.ahead.theta",
        "behind": "self.behind.theta",
    },
    owner="model",
    backward=("rewind", ("err = out - ys", 'total["behind"] += ')),
)
def _(merge, ahead, behind, *, xs, ys):
    def read(theta, order):
        h, found = np.zeros(3), {}
        for t in order:
            h = found[t] = np.tanh(theta[:2].T @ xs[t] + theta[2:5].T @ h + theta[5])
        return found

    one, two = read(ahead, range(4)), read(behind, range(3, -1, -1))
    outs = [merge[:3, 0] @ one[t] + merge[3:, 0] @ two[t] for t in range(4)]
    return np.sum((outs - ys[:, 0]) ** 2) / 2


@proves(
    "overhanging_window_divided_in_full",
    at="scaled = np.tanh",
    rate=0.3,
    backward=("avg_pool_backward", ("g_pooled = ", "offset = offset")),
)
def _(taps, offset, *, signal, target):
    a = np.tanh(signal * taps + offset)
    means = [np.mean(a[:, part], axis=1) for part in ([0, 1, 2], [3, 4, 5], [6, 7])]
    return np.sum((np.array(means).T - target) ** 2) / len(target)


@proves(
    "pool_returns_after_one_patch",
    at="scores = pool.look",
    rate=0.05,
    where={"k": "conv.kernels"},
    backward=("blame", ("gradient = pool", "conv.blame(")),
)
def _(k, *, image, target):
    total = 0.0
    for f in range(2):
        out = sum(
            k[f, i, j] * image[i : i + 4, j : j + 4] for i in range(2) for j in range(2)
        )
        best = out.reshape(2, 2, 2, 2).max(axis=(1, 3))
        total += np.sum((best - target[:, :, f]) ** 2)
    return total


@proves(
    "second_skip_lost_going_back",
    at="h = x",
    rate=0.1,
    where={"w": "[[b.mix, b.w_up, b.w_down] for b in blocks]"},
    backward=("backward", "backward_ffn", "backward_mix", "step"),
)
def _(w, *, x, wanted):
    for mix, up, down in w:
        x = x + np.tanh(mix @ x)
        x = x + np.maximum(x @ up, 0) @ down
    return np.mean((x - wanted) ** 2) / 2


@proves(
    "skip_gradient_sent_through_the_norm",
    at="mixed = ",
    rate=0.05,
    backward=("rms_bwd", "rms_prenorm_bwd", ("dout = 2", "dmix = ")),
)
def _(P, *, tokens, goal):
    s = tokens + tokens @ P["mix"]
    size = np.sqrt(np.mean(s**2, axis=1, keepdims=True) + 1e-6)
    out = s + np.maximum(s / size * P["norm"] @ P["up"], 0)
    return np.sum((out - goal) ** 2) / len(goal)


@proves(
    "states_never_handed_back",
    at="h = np.zeros(",
    rate="learning_rate",
    passes=2,
    backward=(("dW, db, dw_out = ", "w_out -= "),),
)
def _(W, b, w_out, *, xs, ys):
    h = c = np.zeros((3, 1))
    total = 0.0
    for x, y in zip(xs, ys, strict=True):
        a = (W @ np.concatenate([h, x]) + b).reshape(4, 3, 1)
        c = sigmoid(a[0]) * c + sigmoid(a[1]) * np.tanh(a[2])
        h = sigmoid(a[3]) * np.tanh(c)
        total += (np.sum(w_out.T * h) - y) ** 2 / 2
    return total


@proves(
    "unit_rows_without_their_eps",
    at="h = x",
    rate=0.1,
    where={"w": "[model[0].W, model[2].W]"},
    backward=("backward", ("g = -t", "for link in model[::-1]")),
)
def _(w, *, x, t):
    total = 0.0
    for row, want in zip(x, t, strict=True):
        a = w[0] @ row
        out = w[1] @ a / (np.sqrt(a @ a) + 0.3)
        total += 0.1 * out @ out - out @ want
    return total


@proves(
    "upstream_da_never_added",
    at="a, kept = unroll",
    rate=0.05,
    backward=("tick_back", "unroll_back"),
)
def _(par, *, x, a0, wanted):
    a, total = a0, 0.0
    for t in range(x.shape[2]):
        pre = par["Wax"] @ x[:, :, t] + par["Waa"] @ a + par["ba"]
        a = np.tanh(pre)
        total += np.sum((a - wanted[:, :, t]) ** 2) / 2
    return total


@proves(
    "weights_moved_between_time_steps",
    at="h = np.zeros(hidden_size)",
    rate="lr",
    where={"U": "cell.U", "W": "cell.W", "b": "cell.b"},
    backward=("backward", ("dh = h - goal", "cell.b -= lr * db")),
)
def _(U, W, b, *, sequence, goal):
    h = np.zeros(4)
    for x in sequence:
        h = np.tanh(U.T @ x + W.T @ h + b)
    return np.sum((h - goal) ** 2) / 2
