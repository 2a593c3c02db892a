import numpy as np


class BiasedFactors:
    def __init__(self, R, k, eta, lam, seed=0):
        self.R, self.mask = np.nan_to_num(R), ~np.isnan(R)
        self.eta, self.lam = eta, lam
        rs = np.random.RandomState(seed)
        self.P = rs.normal(scale=1.0 / k, size=(R.shape[0], k))
        self.Q = rs.normal(scale=1.0 / k, size=(R.shape[1], k))
        self.bu = np.zeros(R.shape[0])
        self.bi = np.zeros(R.shape[1])
        self.mean = self.R[self.mask].mean()

    def full(self):
        return self.mean + self.bu[:, None] + self.bi[None, :] + self.P @ self.Q.T

    def epoch(self):
        E = np.where(self.mask, self.R - self.full(), 0.0)
        new_P = self.P + self.eta * (E @ self.Q - self.lam * self.P)
        new_Q = self.Q + self.eta * (E.T @ self.P - self.lam * self.Q)
        self.bu = self.bu + self.eta * (E.sum(axis=1) - self.lam * self.bu)
        self.bi = self.bi + self.eta * (E.sum(axis=0) - self.lam * self.bi)
        self.P, self.Q = new_P, new_Q
        return np.sqrt((E ** 2).sum() / self.mask.sum())


nan = np.nan
R = np.array([[5, 3, nan, 1], [4, nan, nan, 1], [1, 1, nan, 5], [nan, 1, 5, 4.0]])
mf = BiasedFactors(R, 2, 0.03, 0.1)
for _ in range(4):
    print(mf.epoch())
