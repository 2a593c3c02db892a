import numpy as np

X = np.array([[0.5, -1.0], [1.5, 0.3], [-0.7, 0.9]])
y = np.array([[1.0], [0.0], [1.0]])
W1 = np.array([[0.1, -0.4, 0.3], [0.7, 0.2, -0.6]])
b1 = np.zeros((1, 3))
W2 = np.array([[0.5], [-0.3], [0.8]])

z1 = X @ W1 + b1
h = np.tanh(z1)
p = h @ W2
loss = np.mean((p - y) ** 2)

dp = 2 * (p - y) / len(X)
dW2 = h.T @ dp
dz1 = (dp @ W2.T) * (1 - z1**2)
dW1 = X.T @ dz1
db1 = dz1.sum(axis=0, keepdims=True)
