import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

rng = np.random.default_rng(78)
imgs = rng.normal(size=(3, 6, 6))
labels = np.array([0, 1, 1])
filters = rng.normal(size=(2, 3, 3)) * 0.4
bias = np.zeros(2)
fc = rng.normal(size=(2 * 2 * 2, 2)) * 0.5
lr = 0.1

for epoch in range(2):
    wins = sliding_window_view(imgs, (3, 3), axis=(1, 2))  # n, 4, 4, 3, 3
    maps = np.tensordot(wins, filters, axes=([3, 4], [1, 2])) + bias  # n, 4, 4, 2
    act = np.maximum(maps, 0)
    pooled = act.reshape(3, 2, 2, 2, 2, 2).mean(axis=(2, 4))  # n, 2, 2, 2
    flat = pooled.reshape(3, -1)
    scores = flat @ fc
    scores -= scores.max(axis=1, keepdims=True)
    probs = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    loss = -np.log(probs[range(3), labels]).mean()

    dscores = probs
    dscores[range(3), labels] -= 1
    dscores /= 3
    dfc = flat.T @ dscores
    dpooled = (dscores @ fc.T).reshape(pooled.shape)
    dact = dpooled.repeat(2, axis=1).repeat(2, axis=2) / 4
    dmaps = dact * (maps > 0)
    dfilters = np.tensordot(dmaps, wins, axes=([0, 1, 2], [0, 1, 2]))
    dbias = dmaps.sum(axis=(0, 1, 2))
    fc -= lr * dfc
    filters -= lr * dfilters
    bias -= lr * dbias
