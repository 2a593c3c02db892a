import numpy as np

np.random.seed(42)
hidden_size = 3
vocab_size = 4
z_size = hidden_size + vocab_size


def sigmoid(x, derivative=False):
    if derivative:
        # x is a gate already
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


def tanh(x, derivative=False):
    if derivative:
        return 1 - x ** 2
    return np.tanh(x)


def init(rows, cols):
    return np.random.randn(rows, cols) * 0.4


W_f, b_f = init(hidden_size, z_size), np.zeros((hidden_size, 1))
W_i, b_i = init(hidden_size, z_size), np.zeros((hidden_size, 1))
W_g, b_g = init(hidden_size, z_size), np.zeros((hidden_size, 1))
W_o, b_o = init(hidden_size, z_size), np.zeros((hidden_size, 1))
W_v, b_v = init(vocab_size, hidden_size), np.zeros((vocab_size, 1))
params = [W_f, W_i, W_g, W_o, W_v, b_f, b_i, b_g, b_o, b_v]


def forward(inputs, h, C, p):
    W_f, W_i, W_g, W_o, W_v, b_f, b_i, b_g, b_o, b_v = p
    steps = []
    for x in inputs:
        z = np.vstack((h, x))
        f = sigmoid(W_f @ z + b_f)
        i = sigmoid(W_i @ z + b_i)
        g = tanh(W_g @ z + b_g)
        C_prev = C
        C = f * C_prev + i * g
        o = sigmoid(W_o @ z + b_o)
        h = o * tanh(C)
        e = np.exp(W_v @ h + b_v)
        steps.append((z, f, i, g, C_prev, C, o, h, e / e.sum()))
    return steps


def backward(steps, targets, p):
    W_f, W_i, W_g, W_o, W_v = p[:5]
    d = [np.zeros_like(one) for one in p]
    dh_next = np.zeros((hidden_size, 1))
    dC_next = np.zeros((hidden_size, 1))
    loss = 0
    for t in reversed(range(len(steps))):
        z, f, i, g, C_prev, C, o, h, y_hat = steps[t]
        loss += -np.sum(np.log(y_hat) * targets[t])
        dv = y_hat - targets[t]
        d[4] += np.dot(dv, h.T)
        d[9] += dv
        dh = np.dot(W_v.T, dv) + dh_next
        do = dh * tanh(C)
        do = sigmoid(o, derivative=True) * do
        d[3] += np.dot(do, z.T)
        d[8] += do
        dC = dC_next + dh * o * tanh(tanh(C), derivative=True)
        dg = tanh(g, derivative=True) * (dC * i)
        d[2] += np.dot(dg, z.T)
        d[7] += dg
        di = sigmoid(i, True) * (dC * g)
        d[1] += np.dot(di, z.T)
        d[6] += di
        df = dC * C_prev
        df = sigmoid(f) * df
        d[0] += np.dot(df, z.T)
        d[5] += df
        dz = W_f.T @ df + W_i.T @ di + W_g.T @ dg + W_o.T @ do
        dh_next = dz[:hidden_size, :]
        dC_next = f * dC
    return loss, d


sentence = [0, 2, 1, 3, 2]
one_hot = np.eye(vocab_size)[:, :, None]
inputs = [one_hot[c] for c in sentence[:-1]]
targets = [one_hot[c] for c in sentence[1:]]
h0, C0 = np.zeros((hidden_size, 1)), np.zeros((hidden_size, 1))
lr = 0.1
for epoch in range(4):
    steps = forward(inputs, h0, C0, params)
    loss, grads = backward(steps, targets, params)
    for param, grad in zip(params, grads):
        param -= lr * grad
    print("epoch", epoch, "loss", loss)
