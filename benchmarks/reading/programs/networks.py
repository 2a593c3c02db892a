"""Neural networks of all kinds, with parameters in lists, dicts, tuples and objects."""

import collections

import numpy as np

r = np.random.default_rng(10)


def relu(x):
    return np.maximum(0, x)


def logsumexp(x, axis):
    m = np.max(x, axis=axis, keepdims=True)
    return m + np.log(np.sum(np.exp(x - m), axis=axis, keepdims=True))


def mlp_with_list(params, X, targets, l2=0.1):
    """Autograd's neural net: a list of pairs, log-softmax, a Gaussian prior."""
    inputs = X
    for W, b in params:
        outputs = np.dot(inputs, W) + b
        inputs = np.tanh(outputs)
    logp = outputs - logsumexp(outputs, axis=1)
    prior = sum(np.dot(p.ravel(), p.ravel()) for pair in params for p in pair)
    return l2 * prior - np.sum(logp * targets)


def mlp_with_dict(parameters, X, Y):
    A, L = X, len(parameters) // 2
    for l in range(1, L + 1):
        Z = parameters["W" + str(l)].dot(A) + parameters["b" + str(l)]
        A = relu(Z) if l < L else 1 / (1 + np.exp(-Z))
    m = Y.shape[1]
    cost = -1.0 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    return np.squeeze(cost)


def mlp_flat_vector(theta, X, y, sizes=(2, 3, 1)):
    split = sizes[0] * sizes[1]
    W1 = theta[:split].reshape(sizes[0], sizes[1])
    b1 = theta[split : split + sizes[1]]
    W2 = np.reshape(theta[split + sizes[1] : -1], (sizes[1], sizes[2]))
    h = np.tanh(X @ W1 + b1)
    return float(1) / len(y) * np.sum((np.ravel(h @ W2) + theta[-1] - y) ** 2)


Layer = collections.namedtuple("Layer", ["weight", "bias", "activation"])


def mlp_namedtuples(W1, b1, W2, b2, x, y):
    net = [Layer(W1, b1, np.tanh), Layer(W2, b2, lambda z: z)]
    for layer in net:
        x = layer.activation(x @ layer.weight + layer.bias)
    return ((x - y) ** 2).mean()


class Dense:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def __call__(self, x):
        for layer in self.layers:
            x = layer.forward(x) if hasattr(layer, "forward") else layer(x)
        return x


def mlp_objects(W1, b1, W2, b2, x, labels):
    model = Sequential(Dense(W1, b1), relu, Dense(W2, b2))
    scores = model(x)
    scores -= np.max(scores, axis=1, keepdims=True)
    probs = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    return -np.mean(np.log(probs[range(len(labels)), labels]))


def scalar_neuron(w1, w2, b, samples):
    total = 0
    for x1, x2, target in samples:
        out = 1 / (1 + np.exp(-(w1 * x1 + w2 * x2 + b)))
        total += 0.5 * (target - out) ** 2
    return total


def batch_norm_net(W, gamma, beta, V, x, y, eps=1e-5):
    z = x.dot(W)
    mu = z.mean(axis=0)
    var = ((z - mu) ** 2).mean(axis=0)
    zn = (z - mu) / np.sqrt(var + eps)
    out = relu(gamma * zn + beta).dot(V)
    return np.mean((out - y) ** 2)


def dropout_net(W1, W2, x, y, keep=0.8):
    np.random.seed(3)
    h = relu(x @ W1)
    mask = (np.random.rand(*h.shape) < keep) / keep
    h *= mask
    return np.sum((h @ W2 - y) ** 2)


def highway(W, T, bT, x, y):
    for Wl, Tl, bl in zip(W, T, bT):
        gate = 1 / (1 + np.exp(-(x @ Tl + bl)))
        x = gate * np.tanh(x @ Wl) + (1 - gate) * x
    return np.abs(x - y).mean()


def siamese_contrastive(W, a, b, same, margin=1.0):
    d = np.linalg.norm(np.tanh(a @ W) - np.tanh(b @ W), axis=1)
    return np.mean(same * d**2 + (1 - same) * np.square(np.maximum(margin - d, 0)))


def deep_q(W1, W2, batch, discount=0.9):
    loss = 0
    for state, action, reward, next_state, done in batch:
        q = np.dot(np.maximum(np.dot(state, W1), 0), W2)
        target = reward + (0 if done else discount * 1.5 * next_state.sum())
        delta = q[action] - target
        loss += np.where(np.abs(delta) <= 1, 0.5 * delta**2, np.abs(delta) - 0.5)
    return loss / len(batch)


def policy_gradient(theta, states, actions, rewards, gamma=0.9):
    G, returns = 0, []
    for rew in rewards[::-1]:
        G = rew + gamma * G
        returns.insert(0, G)
    returns = np.array(returns)
    returns = (returns - returns.mean()) / returns.std()
    prefs = states @ theta
    logp = prefs - np.log(np.exp(prefs).sum(axis=1, keepdims=True))
    return -np.sum(np.take_along_axis(logp, actions[:, None], axis=1)[:, 0] * returns)


def ppo_clip(theta, states, actions, old_logp, adv, eps=0.2):
    z = states @ theta
    logp = (z - logsumexp(z, 1))[np.arange(len(actions)), actions]
    ratio = np.exp(logp - old_logp)
    entropy = -(np.exp(z - logsumexp(z, 1)) * (z - logsumexp(z, 1))).sum(1).mean()
    return -np.mean(np.minimum(ratio * adv, np.clip(ratio, 1 - eps, 1 + eps) * adv)) - 0.01 * entropy


def neural_ode(W, V, x0, xT, steps=4):
    x = x0
    for _ in range(steps):
        x = x + np.tanh(x @ W) @ V / steps
    return np.sum((x - xT) ** 2)


def deep_sets(phi, rho, sets, y):
    total = 0.0
    for s, target in zip(sets, y):
        pooled = np.max(relu(s @ phi), axis=0)
        total += (pooled @ rho - target) ** 2
    return total


def graph_convolution(W1, W2, A, X, labels, mask):
    A_hat = A + np.eye(A.shape[0])
    d = np.power(A_hat.sum(1), -0.5).flatten()
    norm = A_hat * d[:, None] * d[None, :]
    logits = norm @ relu(norm @ X @ W1) @ W2
    logp = logits - logsumexp(logits, axis=1)
    return -np.sum(logp[mask, labels[mask]]) / mask.sum()


def graph_attention(W, a, A, X, Y):
    H = X @ W
    n = H.shape[0]
    e = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            s = np.dot(a, np.concatenate([H[i], H[j]]))
            e[i, j] = s if s > 0 else 0.2 * s
    e = np.where(A > 0, e, -1e9)
    alpha = np.exp(e - e.max(axis=1, keepdims=True))
    alpha = alpha / alpha.sum(axis=1, keepdims=True)
    return np.mean((alpha @ H - Y) ** 2)


def capsule_routing(W, u, y, iterations=2):
    u_hat = np.einsum("ijdk,id->ijk", W, u)
    logits = np.zeros(u_hat.shape[:2])
    for _ in range(iterations):
        c = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        s = (c[..., None] * u_hat).sum(axis=0)
        norm2 = (s**2).sum(-1, keepdims=True)
        v = norm2 / (1 + norm2) * s / np.sqrt(norm2 + 1e-9)
        logits = logits + (u_hat * v[None]).sum(-1)
    length = np.linalg.norm(v, axis=-1)
    return np.sum(y * np.maximum(0, 0.9 - length) ** 2 + 0.5 * (1 - y) * np.maximum(0, length - 0.1) ** 2)


def maml_inner_step(w, x, y, xq, yq, inner_lr=0.1):
    grad = 2 * x.T @ (x @ w - y) / len(y)
    fast = w - inner_lr * grad
    return np.mean((xq @ fast - yq) ** 2)


def weight_normalised(v, g, b, x, y):
    W = g * v / np.linalg.norm(v, axis=0)
    return np.mean(np.log1p(np.exp(-y * (x @ W + b).sum(axis=1))))


def spectral_normalised(W, x, u0):
    u = u0
    for _ in range(3):
        v = W.T @ u
        v = v / (np.linalg.norm(v) + 1e-12)
        u = W @ v
        u = u / (np.linalg.norm(u) + 1e-12)
    sigma = u @ W @ v
    return np.sum(np.maximum(x @ (W / sigma), 0))


def low_rank_adapter(A, B, W0, x, y, scale=2.0):
    out = x @ W0 + scale * (x @ A) @ B
    return np.sqrt(np.mean((out - y) ** 2))


def siren(W0, W1, b1, coords, values, w0=3.0):
    h = np.sin(w0 * coords @ W0)
    return np.mean((h @ W1 + b1 - values) ** 2)


def physics_informed(W, b, V, x, h=0.05):
    u = lambda s: np.tanh(np.outer(s, W) + b) @ V
    second = (u(x + h) - 2 * u(x) + u(x - h)) / h**2
    residual = second + np.sin(x)
    boundary = u(np.array([0.0, np.pi]))
    return np.mean(residual**2) + np.sum(boundary**2)


def svm_multiclass(W, X, y, reg=0.01):
    scores = X.dot(W)
    correct = scores[np.arange(len(y)), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(len(y)), y] = 0
    return margins.sum() / len(y) + reg * np.sum(W * W)


def echo_state_readout(W_out, washout, series):
    rng = np.random.RandomState(1)
    W_in, W = rng.rand(4, 1) - 0.5, (rng.rand(4, 4) - 0.5) * 0.6
    x, states = np.zeros((4, 1)), []
    for u in series[:-1]:
        x = 0.7 * x + 0.3 * np.tanh(W_in * u + W @ x)
        states.append(np.vstack([1, u, x]).ravel())
    S = np.asarray(states)[washout:]
    return np.mean((S @ W_out - series[washout + 1 :]) ** 2)


def N(*shape):
    return r.normal(size=shape).round(2)


labels = np.array([0, 2, 1, 1])
EXAMPLES = [
    (mlp_with_list, "params", {"params": [(N(3, 4), N(4)), (N(4, 2), N(2))], "X": N(4, 3), "targets": np.eye(2)[[0, 1, 1, 0]]}),
    (
        mlp_with_dict,
        "parameters",
        {"parameters": {"W1": N(3, 2), "b1": N(3, 1), "W2": N(1, 3), "b2": N(1, 1)}, "X": N(2, 5), "Y": np.array([[0, 1, 1, 0, 1]])},
    ),
    (mlp_flat_vector, "theta", {"theta": N(13), "X": N(4, 2), "y": N(4)}),
    (mlp_namedtuples, "W1 b1 W2 b2", {"W1": N(3, 4), "b1": N(4), "W2": N(4, 2), "b2": N(2), "x": N(4, 3), "y": N(4, 2)}),
    (mlp_objects, "W1 b1 W2 b2", {"W1": N(3, 4), "b1": N(4), "W2": N(4, 3), "b2": N(3), "x": N(4, 3), "labels": labels}),
    (scalar_neuron, "w1 w2 b", {"w1": 0.4, "w2": -0.6, "b": 0.1, "samples": [(0.0, 1.0, 1.0), (1.0, 1.0, 0.0), (0.5, -1.0, 1.0)]}),
    (batch_norm_net, "W gamma beta V", {"W": N(3, 4), "gamma": 1 + 0.1 * N(4), "beta": N(4), "V": N(4, 1), "x": N(5, 3), "y": N(5, 1)}),
    (dropout_net, "W1 W2", {"W1": N(3, 4), "W2": N(4, 2), "x": N(4, 3), "y": N(4, 2)}),
    (highway, "W T bT", {"W": N(2, 3, 3), "T": N(2, 3, 3), "bT": N(2, 3), "x": N(4, 3), "y": N(4, 3)}),
    (siamese_contrastive, "W", {"W": N(3, 2), "a": N(4, 3), "b": N(4, 3), "same": np.array([1, 0, 0, 1])}),
    (
        deep_q,
        "W1 W2",
        {"W1": N(2, 4), "W2": N(4, 3), "batch": [(N(2), 0, 1.0, N(2), False), (N(2), 2, -1.0, N(2), True), (N(2), 1, 0.0, N(2), False)]},
    ),
    (
        policy_gradient,
        "theta",
        {"theta": N(3, 2), "states": N(4, 3), "actions": np.array([0, 1, 1, 0]), "rewards": np.array([0.0, 0.0, 1.0, -1.0])},
    ),
    (
        ppo_clip,
        "theta",
        {"theta": N(3, 2), "states": N(4, 3), "actions": np.array([0, 1, 1, 0]), "old_logp": np.log([0.3, 0.6, 0.5, 0.7]), "adv": N(4)},
    ),
    (neural_ode, "W V", {"W": N(2, 3), "V": N(3, 2), "x0": N(3, 2), "xT": N(3, 2)}),
    (deep_sets, "phi rho", {"phi": N(2, 3), "rho": N(3), "sets": [N(3, 2), N(2, 2), N(4, 2)], "y": [0.3, -0.2, 1.0]}),
    (
        graph_convolution,
        "W1 W2",
        {
            "W1": N(3, 4),
            "W2": N(4, 3),
            "A": np.array([[0.0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0]]),
            "X": N(4, 3),
            "labels": labels,
            "mask": np.array([True, False, True, True]),
        },
    ),
    (
        graph_attention,
        "W a",
        {"W": N(3, 2), "a": N(4), "A": np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1]]), "X": N(3, 3), "Y": N(3, 2)},
    ),
    (capsule_routing, "W", {"W": N(3, 2, 2, 2), "u": N(3, 2), "y": np.array([1.0, 0.0])}),
    (maml_inner_step, "w", {"w": N(3), "x": N(4, 3), "y": N(4), "xq": N(4, 3), "yq": N(4)}),
    (weight_normalised, "v g b", {"v": N(3, 2), "g": N(2), "b": N(2), "x": N(4, 3), "y": np.array([1, -1, 1, 1])}),
    (spectral_normalised, "W", {"W": N(3, 2), "x": N(4, 3), "u0": np.array([0.6, 0.0, 0.8])}),
    (low_rank_adapter, "A B", {"A": N(4, 1), "B": N(1, 3), "W0": N(4, 3), "x": N(5, 4), "y": N(5, 3)}),
    (siren, "W0 W1 b1", {"W0": N(2, 4), "W1": N(4, 1), "b1": N(1), "coords": N(5, 2), "values": N(5, 1)}),
    (physics_informed, "W b V", {"W": N(4), "b": N(4), "V": N(4), "x": np.array([0.3, 0.9, 1.6, 2.4])}),
    (svm_multiclass, "W", {"W": N(3, 3), "X": N(4, 3), "y": labels}),
    (echo_state_readout, "W_out", {"W_out": N(6), "washout": 2, "series": N(8)}),
]
