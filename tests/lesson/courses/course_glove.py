import numpy as np

corpus = "the cat sat on the mat the dog sat on the rug".split()
vocab = sorted(set(corpus))
index = {w: i for i, w in enumerate(vocab)}
V, d, window, x_max, alpha = len(vocab), 3, 2, 10.0, 0.75
X = np.zeros((V, V))
for p, w in enumerate(corpus):
    for q in range(max(0, p - window), min(len(corpus), p + window + 1)):
        if q != p:
            X[index[w], index[corpus[q]]] += 1 / abs(p - q)
rng = np.random.RandomState(0)
W, W_tilde = rng.randn(V, d) * 0.3, rng.randn(V, d) * 0.3
b, b_tilde = np.zeros(V), np.zeros(V)

cost = 0
for i, j in zip(*np.nonzero(X)):
    weight = min(1.0, (X[i, j] / x_max) ** alpha)
    diff = W[i] @ W_tilde[j] + b[i] + b_tilde[j] - np.log(X[i, j])
    cost += weight * diff**2
