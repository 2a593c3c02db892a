import numpy as np

rng = np.random.RandomState(16)
N, D, k = 8, 4, 3
X = rng.rand(N, D)
We = rng.randn(D, k) * 0.7
Wd = rng.randn(k, D) * 0.7


def softmax(a):
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_backward(q, grad):
    return q * (grad - np.sum(q * grad, axis=1, keepdims=True))


for epoch in range(2):
    logits = X @ We
    q = softmax(logits)
    rec = q @ Wd
    # KL(q || uniform over the categories)
    kl_loss = np.sum(q * (np.log(q) - np.log(1 / k))) / N
    rec_loss = np.sum((rec - X) ** 2) / N
    loss = rec_loss + kl_loss
    grad_rec = 2 * (rec - X) / N
    grad_q = grad_rec @ Wd.T
    grad_kl = (np.log(1 / k) - np.log(q) - 1) / N
    grad_logits = softmax_backward(q, grad_q) + softmax_backward(q, grad_kl)
    Wd -= 0.1 * (q.T @ grad_rec)
    We -= 0.1 * (X.T @ grad_logits)
