import numpy as np

rng = np.random.RandomState(64)
X = rng.randn(24, 3)
y = (X[:, 0] * X[:, 1] > 0).astype(float)


class Model:
    def __init__(self):
        self.W1 = rng.randn(3, 6) * 0.7
        self.b1 = np.zeros(6)
        self.w2 = rng.randn(6) * 0.7
        self.b2 = 0.0
        self.zero_grad()

    def zero_grad(self):
        self.gW1 = np.zeros_like(self.W1)
        self.gb1 = np.zeros_like(self.b1)
        self.gw2 = np.zeros_like(self.w2)
        self.gb2 = 0.0
        self.seen = 0

    def accumulate(self, xb, yb):
        h = np.maximum(xb @ self.W1 + self.b1, 0)
        p = 1 / (1 + np.exp(-(h @ self.w2 + self.b2)))
        miss = p - yb
        self.gw2 += h.T @ miss
        self.gb2 += miss.sum()
        back = np.outer(miss, self.w2) * (h > 0)
        self.gW1 += xb.T @ back
        self.gb1 += back.sum(axis=0)
        self.seen += len(yb)
        return -np.log(np.where(yb == 1, p, 1 - p)).sum()

    def step(self, lr):
        # the sums become means here
        scale = lr / self.seen
        self.W1 -= scale * self.gW1
        self.b1 -= scale * self.gb1
        self.w2 -= scale * self.gw2
        self.b2 -= scale * self.gb2
        self.zero_grad()


model = Model()
lr = 0.5
for epoch in range(1):
    for start in range(0, 24, 8):
        chunk = slice(start, start + 8)
        loss = 0.0
        for micro in range(start, start + 8, 2):
            loss += model.accumulate(X[micro:micro + 2], y[micro:micro + 2])
        model.step(lr)
        print(loss / 8)
