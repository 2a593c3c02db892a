import numpy as np

np.random.seed(10)
H, D, gamma, learning_rate = 4, 3, 0.9, 1e-2
model = {}
model["W1"] = np.random.randn(H, D) / np.sqrt(D)
model["W2"] = np.random.randn(H) / np.sqrt(H)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def returns_of(r):
    found = np.zeros_like(r)
    later = 0
    for t in reversed(range(0, r.size)):
        later = later * gamma + r[t]
        found[t] = later
    return found


def act(x):
    h = np.dot(model["W1"], x)
    h[h < 0] = 0
    logp = np.dot(model["W2"], h)
    p = sigmoid(logp)
    return p, h


def slopes(ep_hid, ep_miss, ep_in):
    dW2 = np.dot(ep_hid.T, ep_miss).ravel()
    dh = np.outer(ep_miss, model["W2"])
    dh[ep_hid <= 0] = 0
    dW1 = np.dot(dh.T, ep_in)
    return {"W1": dW1, "W2": dW2}


for episode_number in range(2):
    xs, hs, misses, gained, ys = [], [], [], [], []
    for step in range(6):
        x = np.random.randn(D)
        p_act, h = act(x)
        y = 1 if np.random.uniform() < p_act else 0
        xs.append(x)
        hs.append(h)
        ys.append(y)
        misses.append(y - p_act)
        gained.append(1.0 if x[0] > 0 else -0.5)
    ep_in, ep_hid, ep_miss = np.vstack(xs), np.vstack(hs), np.vstack(misses)
    gains = returns_of(np.array(gained))
    gains -= np.mean(gains)
    gains /= np.std(gains)
    ep_miss *= gains[:, None]
    grad = slopes(ep_hid, ep_miss, ep_in)
    for k in model:
        model[k] += learning_rate * grad[k]
