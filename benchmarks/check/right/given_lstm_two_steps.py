import numpy as np

np.random.seed(0)
H, D = 3, 2
W_f = np.random.randn(H, H + D) * 0.4
W_i = np.random.randn(H, H + D) * 0.4
W_g = np.random.randn(H, H + D) * 0.4
W_o = np.random.randn(H, H + D) * 0.4
xs = [np.random.randn(D, 1) for _ in range(2)]
ts = [np.random.randn(H, 1) for _ in range(2)]


def sigmoid(x, derivative=False):
    if derivative:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


z, f, i, g, o, C, h = [], [], [], [], [], [np.zeros((H, 1))], [np.zeros((H, 1))]
loss = 0
for t in range(2):
    z.append(np.vstack((h[t], xs[t])))
    f.append(sigmoid(W_f @ z[t]))
    i.append(sigmoid(W_i @ z[t]))
    g.append(np.tanh(W_g @ z[t]))
    o.append(sigmoid(W_o @ z[t]))
    C.append(f[t] * C[t] + i[t] * g[t])
    h.append(o[t] * np.tanh(C[t + 1]))
    loss += 0.5 * np.sum((h[t + 1] - ts[t]) ** 2)

W_f_d = np.zeros_like(W_f)
W_i_d = np.zeros_like(W_i)
W_g_d = np.zeros_like(W_g)
W_o_d = np.zeros_like(W_o)
dh_next = np.zeros_like(h[0])
dC_next = np.zeros_like(C[0])
for t in reversed(range(2)):
    dh = h[t + 1] - ts[t]
    dh += dh_next
    do = dh * np.tanh(C[t + 1])
    do = sigmoid(o[t], True) * do
    W_o_d += np.dot(do, z[t].T)
    dC = np.copy(dC_next)
    dC += dh * o[t] * (1 - np.tanh(C[t + 1]) ** 2)
    dg = dC * i[t]
    dg = (1 - g[t] ** 2) * dg
    W_g_d += np.dot(dg, z[t].T)
    di = dC * g[t]
    di = sigmoid(i[t], True) * di
    W_i_d += np.dot(di, z[t].T)
    df = dC * C[t]
    df = sigmoid(f[t], True) * df
    W_f_d += np.dot(df, z[t].T)
    dz = np.dot(W_f.T, df) + np.dot(W_i.T, di) + np.dot(W_g.T, dg) + np.dot(W_o.T, do)
    dh_prev = dz[:H, :]
    dC_prev = f[t] * dC
    dh_next = dh_prev
    dC_next = dC_prev
W_f -= 0.1 * W_f_d
W_i -= 0.1 * W_i_d
W_g -= 0.1 * W_g_d
W_o -= 0.1 * W_o_d
