import numpy as np

rng = np.random.RandomState(17)
data = np.array([[1, 1, 1, 0, 0, 0], [1, 0, 1, 0, 0, 0], [0, 0, 1, 1, 1, 0], [0, 0, 0, 1, 1, 0]], dtype=float)
n_vis, n_hid = 6, 2
W = rng.normal(0, 0.1, size=(n_vis, n_hid))
vbias = np.zeros(n_vis)
hbias = np.zeros(n_hid)
lr = 0.1


def sigmoid(x):
    return 1.0 / (1 + np.exp(-x))


for epoch in range(10):
    v0 = data
    ph0 = sigmoid(v0 @ W + hbias)
    h0 = (ph0 > rng.rand(*ph0.shape)).astype(float)
    pv1 = sigmoid(h0 @ W.T + vbias)
    ph1 = sigmoid(pv1 @ W + hbias)
    positive = v0.T @ ph0
    negative = pv1.T @ ph1
    W += lr * (positive - negative) / len(data)
    vbias += lr * np.mean(v0 - pv1, axis=0)
    hbias += lr * np.mean(ph0 - ph1, axis=0)
    error = np.sum((v0 - pv1) ** 2)
    print("epoch %d error %.4f" % (epoch, error))
