import numpy as np


def softmax(z):
    return np.exp(z) / np.sum(np.exp(z), axis=0)


def forward_prop(x, W1, W2, b1, b2):
    z1 = np.dot(W1, x) + b1
    h = np.maximum(0, z1)
    z2 = np.dot(W2, h) + b2
    return z1, h, z2


def compute_cost(y, yhat, batch_size):
    logprobs = np.multiply(np.log(yhat), y)
    cost = - 1 / batch_size * np.sum(logprobs)
    return np.squeeze(cost)


def back_prop(x, yhat, y, z1, h, W1, W2, b1, b2, batch_size):
    l1 = np.dot(W2.T, (yhat - y))
    l1[z1 < 0] = 0
    grad_W1 = (1 / batch_size) * np.dot(l1, x.T)
    grad_W2 = (1 / batch_size) * np.dot(yhat - y, h.T)
    grad_b1 = np.sum((1 / batch_size) * l1, axis=1, keepdims=True)
    grad_b2 = np.sum((1 / batch_size) * (yhat - y), axis=1, keepdims=True)
    return grad_W1, grad_W2, grad_b1, grad_b2


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
    z1, h, z2 = forward_prop(x, W1, W2, b1, b2)
    yhat = softmax(z2)
    cost = compute_cost(y, yhat, batch_size)
    print(f"iters: {iters + 1} cost: {cost:.6f}")
    grad_W1, grad_W2, grad_b1, grad_b2 = back_prop(x, yhat, y, z1, h, W1, W2, b1, b2, batch_size)
    W1 -= alpha * grad_W1
    W2 -= alpha * grad_W2
    b1 -= alpha * grad_b1
    b2 -= alpha * grad_b2
    iters += 1
