import numpy as np

rng = np.random.RandomState(31)
T, B, D, H = 4, 3, 2, 3


def sigm(a):
    return 1.0 / (1.0 + np.exp(-a))


class GRU:
    def __init__(self):
        self.p = {name: rng.randn(D + H, H) * 0.6 for name in ("Wz", "Wr", "Wh")}
        self.p.update({name: np.zeros(H) for name in ("bz", "br", "bh")})
        self.p["V"] = rng.randn(H, 1) * 0.6

    def forward(self, xs):
        h = np.zeros((B, H))
        self.steps = []
        outs = []
        for x in xs:
            xh = np.concatenate([x, h], axis=1)
            z = sigm(xh @ self.p["Wz"] + self.p["bz"])
            r = sigm(xh @ self.p["Wr"] + self.p["br"])
            xrh = np.concatenate([x, r * h], axis=1)
            c = np.tanh(xrh @ self.p["Wh"] + self.p["bh"])
            new = (1 - z) * h + z * c
            self.steps.append((h, xh, z, r, xrh, c, new))
            h = new
            outs.append(h @ self.p["V"])
        return np.array(outs)

    def backward(self, douts):
        g = {name: np.zeros_like(value) for name, value in self.p.items()}
        dh = np.zeros((B, H))
        for (h, xh, z, r, xrh, c, new), dout in zip(self.steps[::-1], douts[::-1]):
            g["V"] += new.T @ dout
            dh = dh + dout @ self.p["V"].T
            dc = dh * z * (1 - c * c)
            dz = dh * (c - h) * z * (1 - z)
            back = dh * (1 - z)
            g["Wh"] += xrh.T @ dc
            g["bh"] += dc.sum(axis=0)
            drh = (dc @ self.p["Wh"].T)[:, D:]
            back = back + drh * r
            dr = drh * h * r * (1 - r)
            for name, d in (("z", dz), ("r", dr)):
                g["W" + name] += xh.T @ d
                g["b" + name] += d.sum(axis=0)
                back = back + (d @ self.p["W" + name].T)[:, D:]
            dh = back
        return g


xs = rng.randn(T, B, D)
ys = np.cumsum(xs[:, :, :1], axis=0) * 0.3
net = GRU()
for it in range(2):
    outs = net.forward(xs)
    loss = 0.5 * np.sum((outs - ys) ** 2) / B
    grads = net.backward((outs - ys) / B)
    for name in net.p:
        net.p[name] = net.p[name] - 0.1 * grads[name]
