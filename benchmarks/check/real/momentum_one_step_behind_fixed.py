import numpy as np


def sgd_momentum(params, slopes, velocities, mom, learning_rate):
    updates = []
    for velocity, slope in zip(velocities, slopes):
        updates.append(mom * velocity + (1. - mom) * slope)
    stepped = []
    for param, new_mom in zip(params, updates):
        stepped.append(param - learning_rate * new_mom)
    return stepped, updates


rng = np.random.RandomState(1234)
x = rng.uniform(size=(10, 6))
y = rng.randint(0, 3, 10)
W = rng.uniform(-0.5, 0.5, (6, 3))
b = np.zeros(3)
W_mom, b_mom = np.zeros_like(W), np.zeros_like(b)
for epoch in range(4):
    logits = x.dot(W) + b
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    cost = -np.mean(np.log(probs)[np.arange(10), y])
    g = probs.copy()
    g[np.arange(10), y] -= 1
    g /= 10
    (W, b), (W_mom, b_mom) = sgd_momentum([W, b], [x.T.dot(g), g.sum(axis=0)], [W_mom, b_mom], 0.7, 0.2)
