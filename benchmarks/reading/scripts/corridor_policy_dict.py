import numpy as np

H, D = 6, 4
batch_size = 2
learning_rate = 1e-2
gamma = 0.9
decay_rate = 0.95
np.random.seed(11)
model = {}
model["W1"] = np.random.randn(H, D) / np.sqrt(D)
model["W2"] = np.random.randn(H) / np.sqrt(H)
grad_buffer = {k: np.zeros_like(v) for k, v in model.items()}
rmsprop_cache = {k: np.zeros_like(v) for k, v in model.items()}


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def discount(r):
    out = np.zeros_like(r)
    running = 0
    for t in reversed(range(r.size)):
        running = running * gamma + r[t]
        out[t] = running
    return out


def policy_forward(x):
    h = np.dot(model["W1"], x)
    h[h < 0] = 0
    logp = np.dot(model["W2"], h)
    return sigmoid(logp), h


def policy_backward(epx, eph, epdlogp):
    dW2 = np.dot(eph.T, epdlogp).ravel()
    dh = np.outer(epdlogp, model["W2"])
    dh[eph <= 0] = 0
    dW1 = np.dot(dh.T, epx)
    return {"W1": dW1, "W2": dW2}


for episode in range(1, 7):
    where, xs, hs, dlogps, drs = 2, [], [], [], []
    for tick in range(6):
        x = np.array([where / 4.0, (4 - where) / 4.0, 1.0, float(tick) / 6])
        aprob, h = policy_forward(x)
        right = np.random.uniform() < aprob
        xs.append(x)
        hs.append(h)
        label = 1 if right else 0
        dlogps.append(label - aprob)
        where = min(max(where + (1 if right else -1), 0), 4)
        drs.append(1.0 if where == 4 else -0.1)
    epx, eph = np.vstack(xs), np.vstack(hs)
    epdlogp, epr = np.vstack(dlogps), np.vstack(drs)
    discounted = discount(epr)
    discounted -= np.mean(discounted)
    discounted /= np.std(discounted) + 1e-8
    epdlogp *= discounted
    grad = policy_backward(epx, eph, epdlogp)
    for k in model:
        grad_buffer[k] += grad[k]
    if episode % batch_size == 0:
        for k, v in model.items():
            g = grad_buffer[k]
            rmsprop_cache[k] = decay_rate * rmsprop_cache[k] + (1 - decay_rate) * g ** 2
            model[k] += learning_rate * g / (np.sqrt(rmsprop_cache[k]) + 1e-5)
            grad_buffer[k] = np.zeros_like(v)
