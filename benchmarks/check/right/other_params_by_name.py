import numpy as np
from collections import OrderedDict

rng = np.random.default_rng(2016)
p = OrderedDict()
for n, (i, o) in enumerate([(3, 6), (6, 4), (4, 1)], start=1):
    p[f"w{n}"] = rng.normal(scale=i ** -0.5, size=(i, o))
    p[f"c{n}"] = rng.normal(scale=0.05, size=o)

x = rng.uniform(-1, 1, (20, 3))
t = (np.cos(3 * x[:, 0]) + x[:, 1] * x[:, 2])[:, None]
batch, mu, lr, decay = 5, 0.9, 0.02, 1e-3
vel = {k: np.zeros_like(v) for k, v in p.items()}

for epoch in range(1):
    for lo in range(0, len(x), batch):
        xb, tb = x[lo:lo + batch], t[lo:lo + batch]

        # way there
        h1 = np.tanh(xb @ p["w1"] + p["c1"])
        h2 = np.tanh(h1 @ p["w2"] + p["c2"])
        out = h2 @ p["w3"] + p["c3"]
        err = out - tb
        loss = np.mean(err ** 2) + 0.5 * decay * sum((p[k] ** 2).sum() for k in p if k[0] == "w")

        # way back
        g = {}
        d = 2 * err / err.size
        g["w3"], g["c3"] = h2.T @ d, d.sum(0)
        d = d @ p["w3"].T * (1 - h2 * h2)
        g["w2"], g["c2"] = h1.T @ d, d.sum(0)
        d = d @ p["w2"].T * (1 - h1 * h1)
        g["w1"], g["c1"] = xb.T @ d, d.sum(0)
        for k in p:
            if k.startswith("w"):
                g[k] += decay * p[k]
            vel[k] = mu * vel[k] + g[k]
            p[k] = p[k] - lr * vel[k]
