import numpy as np


class BiasedMF:
    def __init__(self, R, k, lr, reg, epochs):
        self.R = R
        self.n_users, self.n_items = R.shape
        self.k = k
        self.lr = lr
        self.reg = reg
        self.epochs = epochs

    def train(self):
        gen = np.random.RandomState(0)
        self.P = gen.normal(scale=1.0 / self.k, size=(self.n_users, self.k))
        self.Q = gen.normal(scale=1.0 / self.k, size=(self.n_items, self.k))
        self.b_u = np.zeros(self.n_users)
        self.b_i = np.zeros(self.n_items)
        self.mu = np.mean(self.R[self.R > 0])
        samples = [
            (u, i, self.R[u, i])
            for u in range(self.n_users)
            for i in range(self.n_items)
            if self.R[u, i] > 0
        ]
        history = []
        for epoch in range(self.epochs):
            gen.shuffle(samples)
            for u, i, r in samples:
                e = r - self.predict(u, i)
                self.b_u[u] += self.lr * (e - self.reg * self.b_u[u])
                self.b_i[i] += self.lr * (e - self.reg * self.b_i[i])
                row = self.P[u, :].copy()
                self.P[u, :] += self.lr * (e * self.Q[i, :] - self.reg * self.P[u, :])
                self.Q[i, :] += self.lr * (e * row - self.reg * self.Q[i, :])
            rmse = self.rmse()
            history.append((epoch, rmse))
        return history

    def predict(self, u, i):
        return self.mu + self.b_u[u] + self.b_i[i] + self.P[u, :].dot(self.Q[i, :].T)

    def rmse(self):
        rows, cols = self.R.nonzero()
        full = self.mu + self.b_u[:, np.newaxis] + self.b_i[np.newaxis, :] + self.P.dot(self.Q.T)
        sq = 0
        for a, b in zip(rows, cols):
            sq += pow(self.R[a, b] - full[a, b], 2)
        return np.sqrt(sq / len(rows))


R = np.array([[5, 3, 0, 1], [4, 0, 0, 1], [1, 1, 0, 5], [1, 0, 0, 4], [0, 1, 5, 4]])
mf = BiasedMF(R, k=2, lr=0.01, reg=0.02, epochs=4)
for epoch, rmse in mf.train():
    print(epoch, round(rmse, 4))
