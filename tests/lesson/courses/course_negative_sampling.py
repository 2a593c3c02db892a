"""CS224n's assignment 2: skip-gram with negative sampling."""
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def neg_sampling_loss(center_vec, outside_idx, outside_vectors, neg_idx):
    u_o = outside_vectors[outside_idx]
    loss = -np.log(sigmoid(u_o.dot(center_vec)))
    for k in neg_idx:
        loss -= np.log(sigmoid(-outside_vectors[k].dot(center_vec)))
    return loss


rng = np.random.RandomState(2)
V, d, K = 8, 3, 4
center_vectors = rng.randn(V, d) * 0.5
outside_vectors = rng.randn(V, d) * 0.5
current, outside = 2, [1, 3, 5]
loss = 0.0
for o in outside:
    negatives = rng.randint(0, V, K)
    loss += neg_sampling_loss(center_vectors[current], o, outside_vectors, negatives)
