import numpy as np

np.random.seed(90)
N, k = 2, 3  # latent variables, classes of each
n_in = 4


def softmax(a):
    e = np.exp(a - a.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_backward(q, grad):
    return q * (grad - np.sum(q * grad, axis=-1, keepdims=True))


class CatAE:
    def __init__(self):
        self.enc = np.random.randn(n_in, N * k) * 0.5
        self.dec = np.random.randn(N * k, n_in) * 0.5

    def forward(self, x):
        self.x = x
        self.q = softmax((x @ self.enc).reshape(-1, N, k))
        self.code = self.q.reshape(len(x), N * k)
        return self.code @ self.dec

    def loss(self, xhat):
        rec = 0.5 * np.sum((xhat - self.x) ** 2)
        kl = np.sum(self.q * (np.log(self.q) - np.log(1 / k)))
        return rec + kl

    def backward(self, xhat):
        grad_rec = xhat - self.x
        self.gradDec = self.code.T @ grad_rec
        grad_q = (grad_rec @ self.dec.T).reshape(-1, N, k)
        logZ = np.log(self.q)
        grad_kl = np.log(1 / k) - logZ - 1
        grad_pre = softmax_backward(self.q, grad_q)
        grad_pre += softmax_backward(self.q, grad_kl)
        self.gradEnc = self.x.T @ grad_pre.reshape(len(self.x), N * k)

    def update(self, lr):
        self.enc -= lr * self.gradEnc
        self.dec -= lr * self.gradDec


x = np.random.rand(6, n_in)
Model = CatAE()
for epoch in range(3):
    xhat = Model.forward(x)
    elbo = -Model.loss(xhat)
    Model.backward(xhat)
    Model.update(0.05)
    print(epoch, elbo)
