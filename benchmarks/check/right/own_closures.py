import numpy as np


def dense(n_in, n_out, rng):
    state = {
        "W": rng.standard_normal((n_in, n_out)) / np.sqrt(n_in),
        "b": np.zeros(n_out),
    }

    def forward(x):
        y = x @ state["W"] + state["b"]

        def back(dy, lr):
            dx = dy @ state["W"].T
            state["W"] = state["W"] - lr * x.T @ dy
            state["b"] = state["b"] - lr * dy.sum(0)
            return dx

        return y, back

    forward.state = state
    return forward


def swish(x):
    s = 1 / (1 + np.exp(-x))
    return x * s, lambda dy, lr: dy * (s + x * s * (1 - s))


rng = np.random.default_rng(4)
first, second = dense(3, 5, rng), dense(5, 1, rng)
chain = [first, swish, second]
X = rng.standard_normal((8, 3))
T = np.sin(X.sum(1, keepdims=True))
for step in range(3):
    out, tape = X, []
    for f in chain:
        out, back = f(out)
        tape.append(back)
    loss = 0.5 * ((out - T) ** 2).mean()
    grad = (out - T) / len(X)
    for back in reversed(tape):
        grad = back(grad, 0.1)
