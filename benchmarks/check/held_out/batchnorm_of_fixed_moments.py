import numpy as np

np.random.seed(38)


class BatchNorm(object):
    def __init__(self, dim):
        self.gamma = np.random.uniform(0.5, 1.5, (1, dim))
        self.beta = np.zeros((1, dim))
        self.eps = 1e-8

    def __call__(self, x):
        self.x = x
        self.mean = np.mean(x, axis=0, keepdims=True)
        self.var = np.mean(np.power(x - self.mean, 2), axis=0, keepdims=True)
        self.norm = (x - self.mean) / np.sqrt(self.var + self.eps)
        return self.gamma * self.norm + self.beta

    def backward(self, delta):
        inv_std = 1.0 / np.sqrt(self.var + self.eps)
        self.dbeta = np.sum(delta, axis=0, keepdims=True)
        self.dgamma = np.sum(delta * self.norm, axis=0, keepdims=True)
        dnorm = delta * self.gamma
        dx = dnorm * inv_std
        return dx


inp = np.random.randn(9, 4)
tar = np.random.randn(9, 2)
Wa = np.random.randn(4, 3) * 0.5
Wb = np.random.randn(3, 2) * 0.5
bn = BatchNorm(3)
for it in range(2):
    a = inp.dot(Wa)
    n = bn(a)
    s = np.tanh(n)
    o = s.dot(Wb)
    loss = np.sum((o - tar) ** 2) / len(inp)
    do = 2 * (o - tar) / len(inp)
    dWb = s.T.dot(do)
    dn = do.dot(Wb.T) * (1 - s ** 2)
    da = bn.backward(dn)
    dWa = inp.T.dot(da)
    Wa -= 0.05 * dWa
    Wb -= 0.05 * dWb
    bn.gamma -= 0.05 * bn.dgamma
    bn.beta -= 0.05 * bn.dbeta
