import numpy as np


class Softmax:
    def compute(self, x):
        self.input = x
        e = np.exp(x - np.max(x))
        self.value = e / np.sum(e)
        return self.value

    def jacobian(self):
        self.gradient = np.zeros((len(self.value), len(self.input)))
        for i in range(len(self.value)):
            for j in range(len(self.input)):
                if i == j:
                    self.gradient[i, j] = self.value[i] * (1 - self.input[i])
                else:
                    self.gradient[i, j] = -self.value[i] * self.input[j]
        return self.gradient


np.random.seed(77)
W = np.random.randn(4, 5) * 0.4
samples = np.random.randn(3, 5)
wanted = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25]])
sm = Softmax()
for x, t in zip(samples, wanted):
    p = sm.compute(W.dot(x))
    loss = 0.5 * np.sum((p - t) ** 2)
    dz = sm.jacobian().T.dot(p - t)
    W -= 0.5 * np.outer(dz, x)
