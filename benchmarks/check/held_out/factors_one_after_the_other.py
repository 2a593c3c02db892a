import numpy as np


class MF():

    def __init__(self, R, K, alpha, beta, rounds):
        self.R = R
        self.n_u, self.n_i = R.shape
        self.K = K
        self.alpha = alpha
        self.beta = beta
        self.rounds = rounds

    def train(self):
        np.random.seed(15)
        self.P = np.random.normal(scale=1. / self.K, size=(self.n_u, self.K))
        self.Q = np.random.normal(scale=1. / self.K, size=(self.n_i, self.K))
        self.b_u = np.zeros(self.n_u)
        self.b_i = np.zeros(self.n_i)
        self.b = np.mean(self.R[np.where(self.R != 0)])
        self.known = [
            (i, j, self.R[i, j])
            for i in range(self.n_u)
            for j in range(self.n_i)
            if self.R[i, j] > 0
        ]
        for i in range(self.rounds):
            self.one_epoch()
            print("Iteration: %d ; error = %.4f" % (i + 1, self.mse()))

    def mse(self):
        xs, ys = self.R.nonzero()
        predicted = self.b + self.b_u[:, np.newaxis] + self.b_i[np.newaxis:, ] + self.P.dot(self.Q.T)
        error = 0
        for x, y in zip(xs, ys):
            error += pow(self.R[x, y] - predicted[x, y], 2)
        return np.sqrt(error)

    def one_epoch(self):
        for i, j, r in self.known:
            prediction = self.estimate(i, j)
            e = (r - prediction)
            self.b_u[i] += self.alpha * (e - self.beta * self.b_u[i])
            self.b_i[j] += self.alpha * (e - self.beta * self.b_i[j])
            self.P[i, :] += self.alpha * (e * self.Q[j, :] - self.beta * self.P[i, :])
            self.Q[j, :] += self.alpha * (e * self.P[i, :] - self.beta * self.Q[j, :])

    def estimate(self, i, j):
        return self.b + self.b_u[i] + self.b_i[j] + self.P[i, :].dot(self.Q[j, :].T)


R = np.array([
    [5, 3, 0],
    [4, 0, 1],
    [0, 1, 5],
])
mf = MF(R, K=2, alpha=0.1, beta=0.01, rounds=1)
mf.train()
