import numpy as np


class Dropout:
    def forward(self, x, rng):
        self.mask = rng.random(x.shape) >= 0.4
        return x * self.mask / 0.6

    def backward(self, d):
        d *= 1.0 / 0.6
        return d


rng = np.random.default_rng(0)
X = rng.standard_normal((5, 3))
y = rng.standard_normal((5, 2))
W1 = rng.standard_normal((3, 6)) * 0.5
W2 = rng.standard_normal((6, 2)) * 0.5
drop = Dropout()
h = np.tanh(X @ W1)
d = drop.forward(h, rng)
out = d @ W2
loss = 0.5 * np.sum((out - y) ** 2)
dout = out - y
dW2 = d.T @ dout
dh = drop.backward(dout @ W2.T)
dz = dh * (1 - h**2)
dW1 = X.T @ dz
W1 -= 0.1 * dW1
W2 -= 0.1 * dW2
