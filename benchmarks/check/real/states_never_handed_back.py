import numpy as np

rng = np.random.default_rng(13)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# one layer LSTM, the four gates stacked: forget, input, candidate, output
hidden_size, n_in, seq_len = 3, 2, 5
W = rng.normal(scale=0.5, size=(4 * hidden_size, hidden_size + n_in))
b = rng.normal(scale=0.1, size=(4 * hidden_size, 1))
w_out = rng.normal(scale=0.5, size=(1, hidden_size))
series = np.sin(np.arange(seq_len + 1) * 0.9)
xs = [np.array([[series[k]], [1.0 if k % 2 else -1.0]]) for k in range(seq_len)]
ys = series[1:]
learning_rate = 0.05

for epoch in range(3):
    h = np.zeros((hidden_size, 1))
    C = np.zeros((hidden_size, 1))
    tape = []
    loss = 0.0
    for x, y in zip(xs, ys):
        z = np.concatenate((h, x))
        f, i, g, o = np.split(W @ z + b, 4)
        f, i, g, o = sigmoid(f), sigmoid(i), np.tanh(g), sigmoid(o)
        C_prev = C
        C = f * C_prev + i * g
        h = o * np.tanh(C)
        out = (w_out @ h).item()
        loss += 0.5 * (out - y) ** 2
        tape.append((z, f, i, g, o, C_prev, C, h, out - y))

    dW, db, dw_out = np.zeros_like(W), np.zeros_like(b), np.zeros_like(w_out)
    dh_next = np.zeros_like(h)
    dc_next = np.zeros_like(C)
    for z, f, i, g, o, C_prev, C, h, miss in reversed(tape):
        dw_out += miss * h.T
        dh = miss * w_out.T + dh_next
        dC = dc_next + dh * o * (1 - np.tanh(C) ** 2)
        do = dh * np.tanh(C) * o * (1 - o)
        dg = dC * i * (1 - g ** 2)
        di = dC * g * i * (1 - i)
        df = dC * C_prev * f * (1 - f)
        gates = np.concatenate((df, di, dg, do))
        dW += gates @ z.T
        db += gates
        dz = W.T @ gates
        dh_prev = dz[:hidden_size]
        dC_prev = f * dC

    W -= learning_rate * dW
    b -= learning_rate * db
    w_out -= learning_rate * dw_out
    print(epoch, loss)
