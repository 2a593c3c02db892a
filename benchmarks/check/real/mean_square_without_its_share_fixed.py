import numpy as np


def track_squares(p, keep_sq, state):
    if 'mean_sq' not in state:
        state['mean_sq'] = np.zeros_like(p['data'])
    state['mean_sq'] = state['mean_sq'] * keep_sq + (1 - keep_sq) * p['grad'] ** 2


def scaled_step(p, lr, mean_sq, eps):
    root = np.sqrt(mean_sq) + eps
    p['data'] = p['data'] - lr * p['grad'] / root


class Optimizer:
    def __init__(self, params, lr, keep_sq=0.9, eps=1e-5):
        self.params = params
        self.lr, self.keep_sq, self.eps = lr, keep_sq, eps
        self.states = [{} for _ in params]

    def step(self):
        for p, state in zip(self.params, self.states):
            track_squares(p, self.keep_sq, state)
            scaled_step(p, self.lr, state['mean_sq'], self.eps)


rng = np.random.RandomState(77)
xb = rng.randn(12, 4)
yb = rng.randn(12, 2)
weight = {'data': rng.randn(4, 2) * 0.3}
bias = {'data': np.zeros(2)}
opt = Optimizer([weight, bias], lr=0.01)
for i in range(4):
    preds = xb @ weight['data'] + bias['data']
    loss = ((preds - yb) ** 2).mean()
    d = 2 * (preds - yb) / preds.size
    weight['grad'] = xb.T @ d
    bias['grad'] = d.sum(0)
    opt.step()
