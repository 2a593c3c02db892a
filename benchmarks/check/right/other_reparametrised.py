import numpy as np

rng = np.random.RandomState(1312)


def dense(n_in, n_out):
    return {"w": rng.randn(n_in, n_out) / np.sqrt(n_in), "b": np.zeros(n_out)}


net = {"hid": dense(4, 5), "mu": dense(5, 2), "logvar": dense(5, 2), "dec": dense(2, 4)}


def encode(x):
    h = np.tanh(x @ net["hid"]["w"] + net["hid"]["b"])
    return h, h @ net["mu"]["w"] + net["mu"]["b"], h @ net["logvar"]["w"] + net["logvar"]["b"]


def elbo(x, eps):
    h, mu, logvar = encode(x)
    std = np.exp(0.5 * logvar)
    z = mu + std * eps
    logits = z @ net["dec"]["w"] + net["dec"]["b"]
    xent = np.sum(np.maximum(logits, 0) - logits * x + np.log1p(np.exp(-np.abs(logits))))
    kl = -0.5 * np.sum(1 + logvar - mu ** 2 - np.exp(logvar))
    loss = (xent + kl) / len(x)

    dlogits = (1 / (1 + np.exp(-logits)) - x) / len(x)
    grads = {"dec": {"w": z.T @ dlogits, "b": dlogits.sum(0)}}
    dz = dlogits @ net["dec"]["w"].T
    dmu = dz + mu / len(x)
    dlogvar = 0.5 * dz * eps * std + 0.5 * (np.exp(logvar) - 1) / len(x)
    grads["mu"] = {"w": h.T @ dmu, "b": dmu.sum(0)}
    grads["logvar"] = {"w": h.T @ dlogvar, "b": dlogvar.sum(0)}
    dpre = (dmu @ net["mu"]["w"].T + dlogvar @ net["logvar"]["w"].T) * (1 - h ** 2)
    grads["hid"] = {"w": x.T @ dpre, "b": dpre.sum(0)}
    return loss, grads


x = (rng.rand(6, 4) > 0.5).astype(float)
for epoch in range(3):
    eps = rng.randn(6, 2)
    loss, grads = elbo(x, eps)
    for name, layer in net.items():
        for kind in layer:
            layer[kind] -= 0.1 * grads[name][kind]
