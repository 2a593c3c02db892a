import numpy as np

rng = np.random.RandomState(12)
D, H, Z = 8, 6, 2
X = (rng.rand(16, D) > 0.5).astype(float)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


class VAE:
    def __init__(self, lr=0.01):
        s = 0.3
        self.We, self.be = s * rng.randn(D, H), np.zeros(H)
        self.Wm, self.bm = s * rng.randn(H, Z), np.zeros(Z)
        self.Wv, self.bv = s * rng.randn(H, Z), np.zeros(Z)
        self.Wd, self.bd = s * rng.randn(Z, H), np.zeros(H)
        self.Wo, self.bo = s * rng.randn(H, D), np.zeros(D)
        self.names = ["We", "be", "Wm", "bm", "Wv", "bv", "Wd", "bd", "Wo", "bo"]
        self.lr, self.t = lr, 0
        self.m = [0.0] * len(self.names)
        self.v = [0.0] * len(self.names)

    def step(self, x):
        h = np.tanh(x @ self.We + self.be)
        mu = h @ self.Wm + self.bm
        logvar = h @ self.Wv + self.bv
        eps = rng.randn(*mu.shape)
        std = np.exp(0.5 * logvar)
        z = mu + eps * std
        hd = np.tanh(z @ self.Wd + self.bd)
        xr = sigmoid(hd @ self.Wo + self.bo)
        rec = -np.sum(x * np.log(xr + 1e-8) + (1 - x) * np.log(1 - xr + 1e-8))
        kl = -0.5 * np.sum(1 + logvar - mu ** 2 - np.exp(logvar))
        loss = (rec + kl) / len(x)

        n = len(x)
        do = (xr - x) / n
        dhd = do @ self.Wo.T * (1 - hd ** 2)
        dz = dhd @ self.Wd.T
        dmu = dz + mu / n
        dlv = dz * eps * 0.5 * std + 0.5 * (np.exp(logvar) - 1) / n
        dh = (dmu @ self.Wm.T + dlv @ self.Wv.T) * (1 - h ** 2)
        grads = [x.T @ dh, dh.sum(0), h.T @ dmu, dmu.sum(0), h.T @ dlv, dlv.sum(0),
                 z.T @ dhd, dhd.sum(0), hd.T @ do, do.sum(0)]
        self.t += 1
        for i, name in enumerate(self.names):
            self.m[i] = 0.9 * self.m[i] + 0.1 * grads[i]
            self.v[i] = 0.999 * self.v[i] + 0.001 * grads[i] ** 2
            mhat = self.m[i] / (1 - 0.9 ** self.t)
            vhat = self.v[i] / (1 - 0.999 ** self.t)
            setattr(self, name, getattr(self, name) - self.lr * mhat / (np.sqrt(vhat) + 1e-8))
        return loss


vae = VAE()
for epoch in range(4):
    for start in range(0, len(X), 8):
        loss = vae.step(X[start:start + 8])
    print(epoch, loss)
