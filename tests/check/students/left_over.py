import numpy as np

rng = np.random.default_rng(1)
X = rng.normal(size=(6, 4))
y = rng.normal(size=(6, 2))
W1 = rng.normal(size=(4, 5))
W2 = rng.normal(size=(5, 5))
W3 = rng.normal(size=(5, 2))
lr = 0.1
z1 = X @ W1
h1 = np.tanh(z1)
z2 = h1 @ W2
h2 = np.tanh(z2)
out = h2 @ W3
loss = np.mean((out - y) ** 2)

dout = 2 * (out - y) / y.size
dW3 = h2.T @ dout
dh = dout @ W3.T
dz2 = dh * (1 - h2**2)
dW2 = h1.T @ dz2
dz1 = dh * (1 - h1**2)
dW1 = X.T @ dz1
W1 -= lr * dW1
W2 -= lr * dW2
W3 -= lr * dW3
