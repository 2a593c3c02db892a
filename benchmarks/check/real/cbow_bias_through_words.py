import numpy as np


def softmax(z):
    return np.exp(z) / np.sum(np.exp(z), axis=0)


def forward(x, W1, W2, b1, b2):
    z1 = np.dot(W1, x) + b1
    h = np.maximum(0, z1)
    z2 = np.dot(W2, h) + b2
    return z1, h, z2


def xent(y, yhat, batch_size):
    lp = np.multiply(np.log(yhat), y)
    cost = - 1 / batch_size * np.sum(lp)
    return np.squeeze(cost)


def backward(x, yhat, y, z1, h, W1, W2, b1, b2, batch_size):
    l1 = np.dot(W2.T, (yhat - y))
    l1[z1 < 0] = 0
    gW1 = (1 / batch_size) * np.dot(l1, x.T)
    gW2 = (1 / batch_size) * np.dot(yhat - y, h.T)
    gb1 = np.sum((1 / batch_size) * np.dot(l1, x.T), axis=1, keepdims=True)
    gb2 = np.sum((1 / batch_size) * np.dot(yhat - y, h.T), axis=1, keepdims=True)
    return gW1, gW2, gb1, gb2


V, N, batch_size = 7, 4, 5
rng = np.random.RandomState(282)
W1 = rng.rand(N, V)
W2 = rng.rand(V, N)
b1 = rng.rand(N, 1)
b2 = rng.rand(V, 1)
W1 -= 0.5
alpha = 0.03

iters = 0
while iters < 2:
    x = np.zeros((V, batch_size))
    for k in range(batch_size):
        for w in rng.choice(V, 4):
            x[w, k] += 1 / 4
    y = np.eye(V)[:, rng.choice(V, batch_size)]
    z1, h, z2 = forward(x, W1, W2, b1, b2)
    yhat = softmax(z2)
    cost = xent(y, yhat, batch_size)
    print(f"iters: {iters + 1} cost: {cost:.6f}")
    gW1, gW2, gb1, gb2 = backward(x, yhat, y, z1, h, W1, W2, b1, b2, batch_size)
    W1 -= alpha * gW1
    W2 -= alpha * gW2
    b1 -= alpha * gb1
    b2 -= alpha * gb2
    iters += 1
