import numpy as np
from scipy.special import expit as sigmoid

rng = np.random.default_rng(5)
D, H, C = 3, 2, 3
seq = rng.normal(size=(4, D))
labels = [0, 2, 1, 1]
Wx = rng.normal(size=(D, 4 * H)) * 0.5
Wh = rng.normal(size=(H, 4 * H)) * 0.5
bias = np.zeros(4 * H)
bias[H : 2 * H] = 1.0
Wy = rng.normal(size=(H, C)) * 0.5

h, c = np.zeros(H), np.zeros(H)
loss = 0
for x_t, y_t in zip(seq, labels):
    gates = x_t @ Wx + h @ Wh + bias
    i, f, g, o = np.split(gates, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
    scores = h @ Wy
    loss += -scores[y_t] + np.log(np.sum(np.exp(scores)))
print("loss", loss / len(seq))
