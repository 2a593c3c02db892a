import numpy as np


def relu(x):
    return np.maximum(0, x)


def fresh(dims):
    np.random.seed(3)
    par = {}
    for l in range(1, len(dims)):
        par["W" + str(l)] = np.random.randn(dims[l], dims[l - 1]) * np.sqrt(2 / dims[l - 1])
        par["b" + str(l)] = np.zeros((dims[l], 1))
    return par


def zero_moments(par):
    v = {"d" + key: np.zeros_like(value) for key, value in par.items()}
    s = {"d" + key: np.zeros_like(value) for key, value in par.items()}
    return v, s


def adam_step(par, gr, v, s, t, rate_=0.01, beta1=0.9, beta2=0.999, tiny=1e-8):
    L = len(par) // 2
    v_fair = {}
    s_fair = {}
    for l in range(L):
        for kind in ("W", "b"):
            name = kind + str(l + 1)
            g = gr["d" + name]
            v["d" + name] = beta1 * v["d" + name] + (1 - beta1) * g
            v_fair["d" + name] = v["d" + name] / (1 - beta1 ** t)
            s["d" + name] = beta2 * s["d" + name] + (1 - beta2) * np.power(g, 2)
            s_fair["d" + name] = s["d" + name] / (1 - beta2 ** t)
            par[name] = par[name] - rate_ * v_fair["d" + name] / np.square(np.sum(s_fair["d" + name]) + tiny)
    return par, v, s


def model(X, Y, dims, rounds=3):
    par = fresh(dims)
    v, s = zero_moments(par)
    t = 0
    m = X.shape[1]
    for i in range(rounds):
        a1 = relu(np.dot(par["W1"], X) + par["b1"])
        a2 = 1 / (1 + np.exp(-(np.dot(par["W2"], a1) + par["b2"])))
        cost = -np.sum(Y * np.log(a2) + (1 - Y) * np.log(1 - a2)) / m
        dz2 = (a2 - Y) / m
        dz1 = np.dot(par["W2"].T, dz2) * (a1 > 0)
        gr = {"dW2": np.dot(dz2, a1.T), "db2": np.sum(dz2, axis=1, keepdims=True),
                 "dW1": np.dot(dz1, X.T), "db1": np.sum(dz1, axis=1, keepdims=True)}
        t = t + 1
        par, v, s = adam_step(par, gr, v, s, t)
        print("Cost after epoch %i: %f" % (i, cost))
    return par


np.random.seed(5)
points = np.random.randn(2, 15)
inside = (points[:1] ** 2 + points[1:] ** 2 > 1.2).astype(float)
par = model(points, inside, [2, 5, 1])
