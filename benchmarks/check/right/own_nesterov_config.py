import numpy as np


def nesterov(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v = config.get("velocity", np.zeros_like(w))
    v_prev = v
    v = config["momentum"] * v - config["learning_rate"] * dw
    next_w = w - config["momentum"] * v_prev + (1 + config["momentum"]) * v
    config["velocity"] = v
    return next_w, config


class Solver:
    def __init__(self, model, rule, config0):
        self.model = model
        self.rule = rule
        self.configs = {p: dict(config0) for p in model.params}

    def step(self, X, y):
        loss, grads = self.model.loss(X, y)
        for p, w in self.model.params.items():
            next_w, config1 = self.rule(w, grads[p], self.configs[p])
            self.model.params[p] = next_w
            self.configs[p] = config1
        return loss


class LinearModel:
    def __init__(self, d, c, reg):
        rs = np.random.RandomState(3)
        self.params = {"W": rs.randn(d, c) * 0.1, "b": np.zeros(c)}
        self.reg = reg

    def loss(self, X, y):
        W, b = self.params["W"], self.params["b"]
        scores = X.dot(W) + b
        low = scores - scores.max(axis=1, keepdims=True)
        logp = low - np.log(np.exp(low).sum(axis=1, keepdims=True))
        N = X.shape[0]
        loss = -logp[np.arange(N), y].mean() + 0.5 * self.reg * np.sum(W * W)
        dscores = np.exp(logp)
        dscores[np.arange(N), y] -= 1
        dscores /= N
        return loss, {"W": X.T.dot(dscores) + self.reg * W, "b": dscores.sum(axis=0)}


rs = np.random.RandomState(0)
X, y = rs.randn(10, 4), rs.randint(0, 3, 10)
solver = Solver(
    LinearModel(4, 3, 0.1), nesterov, {"learning_rate": 0.05, "momentum": 0.8}
)
for t in range(3):
    loss = solver.step(X, y)
