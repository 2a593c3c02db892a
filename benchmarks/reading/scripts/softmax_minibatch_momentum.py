import numpy as np

rng = np.random.default_rng(14)
N, D, C = 48, 5, 3
X_train = rng.normal(size=(N, D))
y_train = rng.integers(0, C, N)
X_train[np.arange(N), y_train] += 1.5

W = 0.01 * rng.normal(size=(D, C))
b = np.zeros(C)
vW, vb = np.zeros_like(W), np.zeros_like(b)
lr, mu, reg, batch = 0.1, 0.9, 1e-3, 16


def softmax(s):
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


for epoch in range(3):
    order = rng.permutation(N)
    running_loss = 0.0
    for start in range(0, N, batch):
        idx = order[start:start + batch]
        Xb, yb = X_train[idx], y_train[idx]
        probs = softmax(Xb @ W + b)
        data_loss = -np.log(probs[range(len(yb)), yb]).mean()
        loss = data_loss + 0.5 * reg * np.sum(W * W)
        running_loss += loss
        dscores = probs.copy()
        dscores[range(len(yb)), yb] -= 1
        dscores /= len(yb)
        dW = Xb.T @ dscores + reg * W
        db = dscores.sum(axis=0)
        vW = mu * vW - lr * dW
        vb = mu * vb - lr * db
        W += vW
        b += vb
    acc = (softmax(X_train @ W + b).argmax(axis=1) == y_train).mean()
    print(epoch, running_loss / (N // batch), acc)
