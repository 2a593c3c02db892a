import numpy as np


class MultiHeadAttention:
    def __init__(self, dim, heads, rng):
        self.heads = heads
        self.qk_head_dim = dim // heads
        self.scale = self.qk_head_dim ** -0.5
        self.q, self.k, self.v, self.o = (rng.standard_normal((dim, dim)) * 0.4 for _ in range(4))

    def split(self, x):
        t, d = x.shape
        return x.reshape(t, self.heads, d // self.heads).transpose(1, 0, 2)

    def merge(self, x):
        h, t, d = x.shape
        return x.transpose(1, 0, 2).reshape(t, h * d)

    def forward(self, x):
        self.x = x
        self.Q, self.K, self.V = self.split(x @ self.q), self.split(x @ self.k), self.split(x @ self.v)
        attention = (self.Q @ self.K.transpose(0, 2, 1)) * self.scale
        e = np.exp(attention - attention.max(axis=-1, keepdims=True))
        self.weights = e / e.sum(axis=-1, keepdims=True)
        self.context = self.merge(self.weights @ self.V)
        return self.context @ self.o

    def backward(self, dout):
        do = self.context.T @ dout
        dcontext = self.split(dout @ self.o.T)
        dV = self.weights.transpose(0, 2, 1) @ dcontext
        dW = dcontext @ self.V.transpose(0, 2, 1)
        dS = self.weights * (dW - (dW * self.weights).sum(axis=-1, keepdims=True))
        dS = dS * self.scale
        dQ = dS @ self.K
        dK = dS.transpose(0, 2, 1) @ self.Q
        dq, dk, dv = (self.x.T @ self.merge(d) for d in (dQ, dK, dV))
        return dq, dk, dv, do


rng = np.random.default_rng(0)
x = rng.standard_normal((3, 4))
y = rng.standard_normal((3, 4))
mha = MultiHeadAttention(4, 2, rng)
out = mha.forward(x)
loss = np.sum((out - y) ** 2)
dq, dk, dv, do = mha.backward(2 * (out - y))
mha.q -= 0.01 * dq
mha.k -= 0.01 * dk
mha.v -= 0.01 * dv
mha.o -= 0.01 * do
