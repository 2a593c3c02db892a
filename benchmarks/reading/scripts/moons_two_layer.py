import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons

np.random.seed(4)
X, y = make_moons(24, noise=0.1, random_state=1)
Y = np.eye(2)[y]
hidden, lr, epochs = 5, 0.5, 500
W1 = np.random.randn(2, hidden) * 0.5
b1 = np.zeros((1, hidden))
W2 = np.random.randn(hidden, 2) * 0.5
b2 = np.zeros((1, 2))
losses = []

for epoch in range(epochs):
    # forward
    a1 = np.tanh(X @ W1 + b1)
    logits = a1 @ W2 + b2
    logits -= logits.max(axis=1, keepdims=True)
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    loss = -np.sum(Y * np.log(probs)) / len(X)
    losses.append(loss)

    # backward
    d2 = (probs - Y) / len(X)
    dW2 = a1.T @ d2
    db2 = d2.sum(axis=0, keepdims=True)
    d1 = d2 @ W2.T * (1 - a1**2)
    dW1 = X.T @ d1
    db1 = d1.sum(axis=0, keepdims=True)

    W1 -= lr * dW1
    b1 -= lr * db1
    W2 -= lr * dW2
    b2 -= lr * db2

plt.plot(losses)
plt.xlabel("epoch")
plt.ylabel("loss")
plt.close()
print("final loss", losses[-1])
