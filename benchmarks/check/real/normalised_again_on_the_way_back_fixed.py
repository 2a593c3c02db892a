import numpy as np


def rms_norm(v, w):
    return v / np.sqrt(np.mean(v ** 2, axis=-1, keepdims=True) + 1e-5) * w


def rms_norm_back(dv, v, w):
    r = 1 / np.sqrt(np.mean(v ** 2, axis=-1, keepdims=True) + 1e-5)
    dn = dv * w
    return r * dn - v * r ** 3 * np.mean(dn * v, axis=-1, keepdims=True), np.sum(dv * v * r, axis=0)


class Scan:
    """s_t = decay s_{t-1} + B_t x_t,  y_t = C_t . s_t, with B and C made from the input and normalised."""

    def __init__(self, n, rs):
        self.p = {"WB": rs.randn(1, n), "WC": rs.randn(1, n), "cB": rs.randn(n), "cC": rs.randn(n),
                  "gB": np.array([1.6, 0.7]), "gC": np.array([0.5, 1.3]), "decay": np.linspace(0.3, 0.9, n)}

    def forward(self, x):
        p = self.p
        rawB = np.tanh(x[:, None] @ p["WB"] + p["cB"])
        rawC = np.tanh(x[:, None] @ p["WC"] + p["cC"])
        B, C = rms_norm(rawB, p["gB"]), rms_norm(rawC, p["gC"])
        s, states = np.zeros(B.shape[1]), []
        for t in range(len(x)):
            s = p["decay"] * s + B[t] * x[t]
            states.append(s)
        self.saved = x, rawB, rawC, B, C, np.array(states)
        return np.sum(C * self.saved[-1], axis=1)

    def backward(self, dy):
        p = self.p
        x, rawB, rawC, B, C, states = self.saved
        dC = dy[:, None] * states
        dB, ds, ddecay = np.zeros_like(B), np.zeros(B.shape[1]), np.zeros(B.shape[1])
        for t in range(len(x) - 1, -1, -1):
            ds = ds + dy[t] * C[t]
            dB[t] = ds * x[t]
            if t > 0:
                ddecay += ds * states[t - 1]
            ds = ds * p["decay"]
        g = {"decay": ddecay}
        for k, d, raw in (("B", dB, rawB), ("C", dC, rawC)):
            draw, g["g" + k] = rms_norm_back(d, raw, p["g" + k])
            dpre = draw * (1 - raw ** 2)
            g["W" + k], g["c" + k] = x[None, :] @ dpre, dpre.sum(axis=0)
        return g


rs = np.random.RandomState(919)
x = rs.randn(5)
y = np.convolve(x, [0.5, 0.3, 0.1])[:5]
scan = Scan(2, rs)
for it in range(3):
    out = scan.forward(x)
    loss = 0.5 * np.sum((out - y) ** 2)
    grads = scan.backward(out - y)
    for k in scan.p:
        scan.p[k] = scan.p[k] - 0.05 * grads[k]
