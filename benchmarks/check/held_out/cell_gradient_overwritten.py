import numpy as np

rng = np.random.default_rng(30)
T, D, H = 4, 2, 3
Wx = rng.normal(size=(D, 4 * H)) * 0.4
Wh = rng.normal(size=(H, 4 * H)) * 0.4
b = rng.normal(size=4 * H) * 0.1
xs = rng.normal(size=(T, D))
hs_target = rng.normal(size=(T, H)) * 0.5


def sigm(a):
    return 1 / (1 + np.exp(-a))


def step_forward(x, prev_h, prev_c):
    a = x @ Wx + prev_h @ Wh + b
    i, f, o, g = sigm(a[:H]), sigm(a[H:2 * H]), sigm(a[2 * H:3 * H]), np.tanh(a[3 * H:])
    next_c = f * prev_c + i * g
    tanCt = np.tanh(next_c)
    next_h = o * tanCt
    return next_h, next_c, (x, prev_h, prev_c, i, f, o, g, tanCt)


def step_backward(dht, dCt, cache):
    x, prev_h, prev_c, i, f, o, g, tanCt = cache
    do = dht * tanCt
    dCt = dht * o * (1 - tanCt ** 2)
    di, df, dg = dCt * g, dCt * prev_c, dCt * i
    da = np.concatenate([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g ** 2)])
    return da @ Wh.T, dCt * f, np.outer(x, da), np.outer(prev_h, da), da


for epoch in range(2):
    h, c, caches, hs = np.zeros(H), np.zeros(H), [], []
    for x in xs:
        h, c, cache = step_forward(x, h, c)
        hs.append(h)
        caches.append(cache)
    loss = 0.5 * np.sum((np.array(hs) - hs_target) ** 2)
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dh_next, dc_next = np.zeros(H), np.zeros(H)
    for t in range(T - 1, -1, -1):
        dh = hs[t] - hs_target[t] + dh_next
        dh_next, dc_next, dWx_t, dWh_t, db_t = step_backward(dh, dc_next, caches[t])
        dWx += dWx_t
        dWh += dWh_t
        db += db_t
    Wx -= 0.1 * dWx
    Wh -= 0.1 * dWh
    b -= 0.1 * db
