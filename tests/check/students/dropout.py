import numpy as np

X = np.random.randn(10, 4)
y = np.random.randint(0, 2, size=(10, 1))
W1 = np.random.randn(4, 6)
W2 = np.random.randn(6, 1)
keep = 0.8
h = np.maximum(0, X @ W1)
mask = (np.random.rand(*h.shape) < keep) / keep
h_drop = h * mask
p = 1 / (1 + np.exp(-(h_drop @ W2)))
loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
dlogits = (p - y) / len(y)
dW2 = h_drop.T @ dlogits
dh = dlogits @ W2.T
dh[h <= 0] = 0
dW1 = X.T @ dh
W1 -= 0.5 * dW1
W2 -= 0.5 * dW2
