import numpy as np

data = "hello world hello there "
chars = sorted(set(data))
ix = {c: i for i, c in enumerate(chars)}
V, H, T = len(chars), 5, 6


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class LSTM:
    def __init__(self):
        np.random.seed(7)
        self.params = {}
        for g in "fico":
            self.params["W" + g] = np.random.randn(H, H + V) * 0.2
            self.params["b" + g] = np.zeros((H, 1))
        self.params["Wy"] = np.random.randn(V, H) * 0.2
        self.params["by"] = np.zeros((V, 1))
        self.mem = {k: np.zeros_like(v) for k, v in self.params.items()}

    def forward(self, inputs, targets, h, c):
        p = self.params
        cache, loss = [], 0
        for t in range(len(inputs)):
            x = np.zeros((V, 1))
            x[inputs[t]] = 1
            z = np.vstack((h, x))
            f = sigmoid(p["Wf"] @ z + p["bf"])
            i = sigmoid(p["Wi"] @ z + p["bi"])
            g = np.tanh(p["Wc"] @ z + p["bc"])
            o = sigmoid(p["Wo"] @ z + p["bo"])
            c_new = f * c + i * g
            h_new = o * np.tanh(c_new)
            y = p["Wy"] @ h_new + p["by"]
            prob = np.exp(y) / np.sum(np.exp(y))
            loss += -np.log(prob[targets[t], 0])
            cache.append((z, f, i, g, o, c, c_new, h_new, prob))
            h, c = h_new, c_new
        return loss, cache, h, c

    def backward(self, cache, targets):
        p = self.params
        grads = {k: np.zeros_like(v) for k, v in p.items()}
        dh_next, dc_next = np.zeros((H, 1)), np.zeros((H, 1))
        for t in reversed(range(len(cache))):
            z, f, i, g, o, c_old, c, h, prob = cache[t]
            dy = prob.copy()
            dy[targets[t]] -= 1
            grads["Wy"] += dy @ h.T
            grads["by"] += dy
            dh = p["Wy"].T @ dy + dh_next
            do = dh * np.tanh(c) * o * (1 - o)
            dc = dh * o * (1 - np.tanh(c) ** 2) + dc_next
            df = dc * c_old * f * (1 - f)
            di = dc * g * i * (1 - i)
            dg = dc * i * (1 - g ** 2)
            dz = 0
            for name, d in (("f", df), ("i", di), ("c", dg), ("o", do)):
                grads["W" + name] += d @ z.T
                grads["b" + name] += d
                dz = dz + p["W" + name].T @ d
            dh_next = dz[:H]
            dc_next = dc * f
        return grads

    def update(self, grads, lr):
        for k in self.params:
            self.mem[k] += grads[k] ** 2
            self.params[k] += -lr * grads[k] / np.sqrt(self.mem[k] + 1e-8)


net = LSTM()
h, c = np.zeros((H, 1)), np.zeros((H, 1))
pos = 0
for n in range(4):
    inputs = [ix[ch] for ch in data[pos:pos + T]]
    targets = [ix[ch] for ch in data[pos + 1:pos + T + 1]]
    loss, cache, h, c = net.forward(inputs, targets, h, c)
    grads = net.backward(cache, targets)
    for g in grads.values():
        np.clip(g, -5, 5, out=g)
    net.update(grads, 0.1)
    pos = (pos + T) % (len(data) - T - 1)
    print(n, loss)
