import numpy as np


def sigm(x):
    return 1 / (1 + np.exp(-x))


class LSTMCell:
    def __init__(self, n_in, n_out, seed):
        rng = np.random.RandomState(seed)
        self.parameters = {}
        for gate in "fucoo"[:4]:
            self.parameters["W" + gate] = rng.randn(n_out + n_in, n_out) * 0.4
            self.parameters["b" + gate] = rng.randn(1, n_out) * 0.2

    def forward(self, X):
        p = self.parameters
        Wf, Wu, Wc, Wo = p["Wf"], p["Wu"], p["Wc"], p["Wo"]
        bf, bu, bc, bo = p["bf"], p["bu"], p["bc"], p["bo"]
        n_ex, n_t = X.shape[0], X.shape[2]
        hid = np.zeros((n_ex, bo.shape[1]))
        cell = np.zeros((n_ex, bo.shape[1]))
        self.steps = []
        for t in range(n_t):
            joined = np.hstack([hid, X[:, :, t]])
            pre_o = joined @ Wo + bo
            pre_f = joined @ Wf + bf
            pre_u = joined @ Wu + bu
            pre_c = joined @ Wc + bc
            keep, write, out, fresh = sigm(pre_f), sigm(pre_u), sigm(pre_o), np.tanh(pre_c)
            cell_before = cell
            cell = keep * cell_before + write * fresh
            hid = out * np.tanh(cell)
            self.steps.append((joined, cell_before, cell, keep, write, out, fresh))
        return hid

    def backward(self, dLdA):
        p = self.parameters
        self.gradients = {k: np.zeros_like(v) for k, v in p.items()}
        n_out = p["bo"].shape[1]
        dA, dC = dLdA, np.zeros_like(dLdA)
        for joined, cell_before, cell, keep, write, out, fresh in reversed(self.steps):
            tanh_C = np.tanh(cell)
            dC = dC + dA * out * (1 - tanh_C ** 2)
            d_o = dA * tanh_C * out * (1 - out)
            d_f = dC * cell_before * keep * (1 - keep)
            d_u = dC * fresh * write * (1 - write)
            d_c = dC * write * (1 - fresh ** 2)
            dZ = 0
            for gate, dG in (("f", d_f), ("u", d_u), ("c", d_c), ("o", d_o)):
                self.gradients["W" + gate] += joined.T @ dG
                self.gradients["b" + gate] += dG.sum(axis=0, keepdims=True)
                dZ = dZ + dG @ p["W" + gate].T
            dA = dZ[:, :n_out]
            dC = dC * keep


rng = np.random.RandomState(1)
X = rng.randn(3, 2, 3)
Y = rng.randn(3, 2) * 0.3
cell = LSTMCell(2, 2, seed=0)
A = cell.forward(X)
loss = 0.5 * np.mean((A - Y) ** 2)
cell.backward((A - Y) / A.size)
for k in cell.parameters:
    cell.parameters[k] -= 0.2 * cell.gradients[k]
