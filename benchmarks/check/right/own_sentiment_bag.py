import numpy as np

np.random.seed(1)
reviews = [[0, 3, 5], [1, 2], [4, 3, 3, 1], [5, 0]]
targets = [1, 0, 0, 1]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


alpha, hidden_size, rounds = 0.01, 4, 1
w_in = 0.2 * np.random.random((6, hidden_size)) - 0.1
w_out = 0.2 * np.random.random((hidden_size, 1)) - 0.1
hits, seen = (0, 0)
for iter in range(rounds):
    for i in range(len(reviews)):
        x, y = (list(set(reviews[i])), targets[i])
        mid = sigmoid(np.sum(w_in[x], axis=0))
        top = sigmoid(np.dot(mid, w_out))
        top_delta = top - y
        mid_delta = top_delta.dot(w_out.T) * mid * (1 - mid)
        w_in[x] -= mid_delta * alpha
        w_out -= np.outer(mid, top_delta) * alpha
        if np.abs(top_delta) < 0.5:
            hits += 1
        seen += 1
