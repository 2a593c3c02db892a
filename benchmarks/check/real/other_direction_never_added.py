import numpy as np

np.random.seed(1740)
T, n_in, n_h = 4, 2, 3


class Rnn:
    def __init__(self):
        self.theta = np.random.uniform(-0.7, 0.7, (n_in + n_h + 1, n_h))
        self.gradient = np.zeros_like(self.theta)

    def run(self, xs):
        h = np.zeros(n_h)
        self.steps, hs = [], []
        for x in xs:
            joined = np.concatenate([x, h, [1.0]])
            h = np.tanh(joined @ self.theta)
            self.steps.append((joined, h))
            hs.append(h)
        return np.array(hs)

    def rewind(self, errors):
        self.gradient = np.zeros_like(self.theta)
        carried = np.zeros(n_h)
        for (joined, h), e in zip(reversed(self.steps), reversed(errors)):
            delta = (e + carried) * (1 - h ** 2)
            self.gradient += np.outer(joined, delta)
            carried = (self.theta @ delta)[n_in:n_in + n_h]


class Brnn:
    def __init__(self):
        self.ahead, self.behind = Rnn(), Rnn()
        self.merge = np.random.uniform(-0.7, 0.7, (2 * n_h, 1))

    def evaluate_with_gradient(self, xs, ys):
        both = np.hstack([self.ahead.run(xs), self.behind.run(xs[::-1])[::-1]])
        out = both @ self.merge
        performance = 0.5 * np.sum((out - ys) ** 2)
        err = out - ys
        below = err @ self.merge.T
        total = {"merge": both.T @ err, "ahead": 0.0, "behind": 0.0}
        self.ahead.rewind(below[:, :n_h])
        total["ahead"] += self.ahead.gradient
        self.behind.rewind(below[::-1, n_h:])
        return performance, total

    def optimize(self, xs, ys, step, iterations):
        for it in range(iterations):
            performance, total = self.evaluate_with_gradient(xs, ys)
            self.merge = self.merge - step * total["merge"]
            self.ahead.theta = self.ahead.theta - step * total["ahead"]
            self.behind.theta = self.behind.theta - step * total["behind"]


xs = np.random.randn(T, n_in)
ys = np.roll(xs[:, :1], -1, axis=0) * 0.5
model = Brnn()
model.optimize(xs, ys, 0.1, 3)
