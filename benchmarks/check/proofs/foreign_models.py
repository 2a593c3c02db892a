"""Losses of linear models, factors and boosters by many hands, collected by somebody who had not seen the checker."""

import numpy as np
from proof import proves
from proofs.dense import bernoulli, sigmoid, softmax
from proofs.rules import each, nesterov


@proves(
    "feature_multiplied_after_the_sum",
    at="dl = self.one_step",
    rate="self.rate",
    where={"b": "self.b"},
    owner="lr",
    backward=("one_step", ("self.b = self.b - ", "self.b = self.b - ")),
)
def _(b, *, X, y):
    return bernoulli(sigmoid(X @ b), y) / len(y)


@each
def delta_bar_delta(g, memory, _, rate):
    """Jacobs 1988, as van der Maaten uses it: gains grow where the last step went against this gradient."""
    last = memory.get("step", np.zeros_like(g))
    gain = memory.get("gain", np.ones_like(g))
    gain = np.maximum(np.where(last * g < 0, gain + 0.2, gain * 0.8), 0.01)
    memory["gain"], memory["step"] = gain, 0.5 * last - rate * gain * g
    return -memory["step"]


@proves(
    "gains_grow_on_agreement",
    at="error, grad = score_of(",
    rate="rate_",
    rule=delta_bar_delta,
    where={"D": "args[0]"},
    passes=4,
    backward=("stress", ("up = ", "move = ")),
)
def _(p, *, D):
    at = p.reshape(5, 2)
    pairs = [(i, j) for i in range(5) for j in range(i)]
    return sum((np.linalg.norm(at[i] - at[j]) - D[i, j]) ** 2 for i, j in pairs)


@proves(
    "half_of_the_penalty",
    at="loss, grad = ",
    rate=0.1,
    backward=("hinge_all", ("W = W - ", "W = W - ")),
)
def _(W, *, points, kinds):
    total = 0.25 * np.sum(W**2)
    for x, k in zip(points, kinds, strict=True):
        over = x @ W - x @ W[:, k] + 1
        total += np.sum(np.maximum(np.delete(over, k), 0)) / len(points)
    return total


@proves(
    "initial_theta_in_every_step",
    at="nexttheta = theta.copy()",
    rate="alpha",
    backward=(("for j in range", "theta = nexttheta"),),
)
def _(theta, *, X, y):
    return np.sum((y - X @ theta) ** 2) / len(y) / 2


@proves(
    "intercept_with_the_global_c",
    at="distance = signs",
    rate="self.step_size(epoch)",
    where={"share": "self.C"},
    backward=(("slope_w = ", "b = b - "),),
)
def _(w, b, *, X, signs, share):
    hinge = np.maximum(0, 1 - signs * (X @ w + b))
    return np.sum(w**2) / 2 + share * np.sum(hinge)


@proves(
    "linearized_poisson_keeps_eta",
    at="g0, g = _grad_loss",
    rate="learning_rate",
    backward=("_grad_loss", ("beta0 = beta0 - ", "beta = beta - ")),
)
def _(beta0, beta, *, X, y, eta, reg_lambda):
    z = beta0 + X @ beta
    rate = np.where(z > eta, np.exp(eta) * (1 + z - eta), np.exp(z))
    return np.mean(rate - y * np.log(rate)) + reg_lambda / 2 * np.sum(beta**2)


@proves(
    "log_length_stepped_by_the_length",
    at="lml, gradient = log_marginal",
    rate="rate",
    where={"theta": "kernel.theta"},
    backward=(
        "__call__",
        "log_marginal_likelihood",
        ("kernel.theta = ", "kernel.theta = "),
    ),
)
def _(theta, *, X, y):
    n = len(X)
    K = 0.1 * np.eye(n)
    for i in range(n):
        for j in range(n):
            K[i, j] += np.exp(-np.exp(theta) @ (X[i] != X[j]))
    return (y @ np.linalg.solve(K, y) + np.log(np.linalg.det(2 * np.pi * K))) / 2


@proves(
    "metric_gradient_without_transform",
    at="objective, G = ",
    rate="self.learn_rate",
    where={"L": "self.L", "share": "self.regularization"},
    owner="metric",
    backward=("loss_grad", ("self.L = self.L - ", "self.L = self.L - ")),
)
def _(L, *, X, triples, share):
    total = 0.0
    for a, t, s in triples:
        near, far = L @ (X[a] - X[t]), L @ (X[a] - X[s])
        total += (1 - share) * near @ near
        total += share * max(0.0, 1 + near @ near - far @ far)
    return total


@proves(
    "nesterov_velocity_with_a_plus",
    at="pooled = ",
    rate="lr",
    rule=nesterov(0.9),
    backward=("momentum_op", ("d_scores = ", "np.add.at")),
)
def _(table, fc, *, words, labels):
    total = 0.0
    for row, label in zip(words, labels, strict=True):
        score = sum(table[k] @ fc for k in row)
        total += max(0.0, 1 - label * score) ** 2 / len(labels)
    return total


@proves(
    "penalty_feeds_the_factors",
    at="u, i, j = ",
    rate="alpha",
    backward=("learn_triple",),
)
def _(Users, Prods, *, who, liked_one, other_one, shrink):
    u, i, j = Users[who], Prods[liked_one], Prods[other_one]
    size = u @ u + i @ i + j @ j
    return -np.log(sigmoid(u @ i - u @ j)) + shrink * size / 2


@proves(
    "raw_scores_taken_for_probabilities",
    at="raw = data.dot",
    rate="self.lr",
    where={"W": "self.W"},
    owner="bst",
    backward=("logregobj", ("grad = fobj", "self.W -= ")),
)
def _(W, *, data, labels):
    p = softmax(data @ W)
    return -np.mean([np.log(row[k]) for row, k in zip(p, labels, strict=True)])


@proves(
    "ridge_penalty_reaches_the_bias",
    at="y_predict = ",
    rate="eta",
    backward=(("gradients = ", "theta = "),),
)
def _(theta, *, X, y, alpha):
    miss = theta[0, 0] + theta[1, 0] * X - y
    return np.mean(miss**2) + alpha / 2 * theta[1, 0] ** 2


@proves(
    "second_theta_starts_from_the_first",
    at="miss = hypothesis",
    rate="alpha",
    backward=(("temp0 = ", "Theta = np.array"),),
)
def _(Theta, *, x1, x2, y):
    return np.mean((Theta[0] @ np.array([np.ones_like(y), x1, x2]) - y) ** 2) / 2


@proves(
    "structured_decay_halved",
    at="psi_matrix = np.zeros",
    rate="self.learning_rate",
    where={"w": "self.w", "C": "self.C"},
    owner="svm",
    backward=("_solve_subgradient", ("delta_psi = ", "psi_matrix += ")),
)
def _(w, *, X, Y, C):
    def score(x, y):
        alone = sum(w[2 * k : 2 * k + 2] @ node for node, k in zip(x, y, strict=True))
        return alone + sum(w[4 + 2 * y[k] + y[k + 1]] for k in range(3))

    total = w @ w / C / 2
    for x, y in zip(X, Y, strict=True):
        others = [[c >> k & 1 for k in range(4)] for c in range(16)]
        worst = max(score(x, z) + np.sum(np.array(y) != z) for z in others)
        total += worst - score(x, y)
    return total


@proves(
    "temp_theta_is_theta",
    at="nexttheta = ",
    rate="alpha",
    backward=(("for j in range", "theta = nexttheta"),),
)
def _(theta, *, X, y):
    return np.mean((X @ theta - y) ** 2) / 2


@proves(
    "user_factor_times_itself",
    at="err = self.ratings",
    rate="self.pace",
    where={
        "U": "self.user_factors",
        "V": "self.item_factors",
        "given": "self.ratings[user_idx, item_idx]",
        "mean": "self.middle",
        "lam": "self.shrink",
    },
    backward=(("pu = ", "if move_item:"),),
)
def _(U, V, *, user_idx, item_idx, given, mean, lam):
    u, v = U[user_idx], V[item_idx]
    return ((given - mean - u @ v) ** 2 + lam * (u @ u + v @ v)) / 2
