import numpy as np


def slope(p):
    return p * (1 - p)


def grad(p, state):
    return state.T @ (slope(p) / p)


rng = np.random.default_rng(1)
S = rng.standard_normal((6, 4))
acts = np.array([[1.0], [0.0], [0.0], [1.0], [1.0], [0.0]])
w = rng.standard_normal((4, 1)) * 0.3
loss = 0.0
total = np.zeros((4, 1))
for s, act in zip(S, acts):
    state = s[None, :]
    p = 1 / (1 + np.exp(-(state @ w)))
    loss = loss - np.sum(act * np.log(p) + (1 - act) * np.log(1 - p))
    total -= grad(p, state)
w -= 0.01 * total
