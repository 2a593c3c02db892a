import numpy as np


class TSNE:
    def __init__(self, n_components=2, rate=0.1, momentum=0.5, epochs=3):
        self.n_components = n_components
        self.rate = rate
        self.momentum = momentum
        self.epochs = epochs

    @staticmethod
    def pairwise(samples):
        deltas = samples[:, np.newaxis, :] - samples[np.newaxis, :, :]
        return np.sqrt(np.sum(deltas ** 2, axis=2))

    def affinities(self, samples):
        similar = np.exp(-self.pairwise(samples) ** 2 / 2)
        np.fill_diagonal(similar, 0)
        return similar / similar.sum()

    def gradient(self, p, y, distances):
        kernel = 1 / (1 + distances ** 2)
        np.fill_diagonal(kernel, 0)
        q = kernel / kernel.sum()
        pqd = (p - q) * kernel
        grad = np.empty_like(y)
        for i in range(len(y)):
            grad[i] = 4 * np.sum(pqd[i][:, np.newaxis] * (y[i] - y), axis=0)
        return grad

    def transform(self, samples):
        p = self.affinities(samples)
        y = np.random.RandomState(2).normal(scale=0.5, size=(len(samples), self.n_components))
        velocity = np.zeros_like(y)
        for epoch in range(self.epochs):
            distances = self.pairwise(y)
            gradient = self.gradient(p, y, distances)
            velocity = velocity * self.momentum - gradient * self.rate
            y = y + velocity
        return y


np.random.seed(30)
samples = np.vstack([np.random.randn(3, 4), np.random.randn(3, 4) + 1.5])
print(TSNE(epochs=4).transform(samples))
