import numpy as np

np.random.seed(1)


def tick(xt, a_old, par):
    a_new = np.tanh(np.dot(par["Wax"], xt) + np.dot(par["Waa"], a_old) + par["ba"])
    return a_new, (a_new, a_old, xt, par)


def unroll(x, a0, par):
    n_x, m, T_x = x.shape
    a = np.zeros((a0.shape[0], m, T_x))
    kept = []
    a_new = a0
    for t in range(T_x):
        a_new, one = tick(x[:, :, t], a_new, par)
        a[:, :, t] = a_new
        kept.append(one)
    return a, kept


def tick_back(da_here, one):
    (a_new, a_old, xt, par) = one
    inner = (1 - a_new ** 2) * da_here
    return {"dxt": np.dot(par["Wax"].T, inner), "dWax": np.dot(inner, xt.T),
            "da_prev": np.dot(par["Waa"].T, inner), "dWaa": np.dot(inner, a_old.T),
            "dba": np.sum(inner, axis=1, keepdims=True)}


def unroll_back(da, kept):
    (a1, a0, x1, par) = kept[0]
    n_a, m, T_x = da.shape
    n_x, m = x1.shape
    dWax = np.zeros((n_a, n_x))
    dWaa = np.zeros((n_a, n_a))
    dba = np.zeros((n_a, 1))
    da_later = np.zeros((n_a, m))
    for t in reversed(range(T_x)):
        got = tick_back(da[:, :, t] + da_later, kept[t])
        da_later = got["da_prev"]
        dWax += got["dWax"]
        dWaa += got["dWaa"]
        dba += got["dba"]
    return {"da0": da_later, "dWax": dWax, "dWaa": dWaa, "dba": dba}


x = np.random.randn(2, 3, 4)
a0 = np.random.randn(3, 3)
wanted = np.random.randn(3, 3, 4) * 0.5
par = {"Wax": np.random.randn(3, 2) * 0.5, "Waa": np.random.randn(3, 3) * 0.5, "ba": np.random.randn(3, 1) * 0.1}
for step in range(2):
    a, kept = unroll(x, a0, par)
    J = 0.5 * np.sum((a - wanted) ** 2)
    got = unroll_back(a - wanted, kept)
    for name in par:
        par[name] = par[name] - 0.05 * got["d" + name]
