import numpy as np

np.random.seed(31)
X = np.random.randn(20, 3)
y = (X[:, :1] * X[:, 1:2] > 0).astype(float)
params = {
    "W1": np.random.randn(3, 5) * np.sqrt(2 / 3),
    "gamma": np.ones(5),
    "beta": np.zeros(5),
    "W2": np.random.randn(5, 1) * np.sqrt(2 / 5),
    "b2": np.zeros(1),
}
running = {"mean": np.zeros(5), "var": np.ones(5)}
lr, momentum, eps = 0.2, 0.9, 1e-5


def forward(params, X, training=True):
    z = X @ params["W1"]
    if training:
        mean, var = z.mean(axis=0), z.var(axis=0)
        running["mean"] = momentum * running["mean"] + (1 - momentum) * mean
        running["var"] = momentum * running["var"] + (1 - momentum) * var
    else:
        mean, var = running["mean"], running["var"]
    xhat = (z - mean) / np.sqrt(var + eps)
    bn = params["gamma"] * xhat + params["beta"]
    h = np.maximum(bn, 0)
    out = 1 / (1 + np.exp(-(h @ params["W2"] + params["b2"])))
    return out, (z, mean, var, xhat, bn, h)


for epoch in range(8):
    out, (z, mean, var, xhat, bn, h) = forward(params, X)
    loss = -np.mean(y * np.log(out) + (1 - y) * np.log(1 - out))
    m = len(X)
    d = (out - y) / m
    grads = {"W2": h.T @ d, "b2": d.sum(axis=0)}
    dbn = d @ params["W2"].T * (bn > 0)
    grads["gamma"] = (dbn * xhat).sum(axis=0)
    grads["beta"] = dbn.sum(axis=0)
    dx = dbn * params["gamma"]
    dz = (m * dx - dx.sum(axis=0) - xhat * (dx * xhat).sum(axis=0)) / (m * np.sqrt(var + eps))
    grads["W1"] = X.T @ dz
    for name, g in grads.items():
        params[name] -= lr * g
    print(epoch, loss)
test_out, _ = forward(params, X, training=False)
print("accuracy", ((test_out > 0.5) == y).mean())
