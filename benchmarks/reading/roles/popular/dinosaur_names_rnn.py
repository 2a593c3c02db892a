import numpy as np
names = "abba\ncaca\nbeda\n".lower()
chars = sorted(set(names)); ix = {c: i for i, c in enumerate(chars)}; vocab = len(chars)
def softmax(x):
    e = np.exp(x - np.max(x)); return e / e.sum(axis=0)
def smooth(loss, cur): return loss * 0.999 + cur * 0.001
def initialize_parameters(n_a, n_x, n_y):
    np.random.seed(1)
    return {"Wax": np.random.randn(n_a, n_x)*0.01, "Waa": np.random.randn(n_a, n_a)*0.01, "Wya": np.random.randn(n_y, n_a)*0.01, "b": np.zeros((n_a, 1)), "by": np.zeros((n_y, 1))}
def rnn_forward(X, Y, a0, parameters):
    x, a, y_hat = {}, {}, {}
    a[-1] = np.copy(a0); loss = 0
    for t in range(len(X)):
        x[t] = np.zeros((vocab, 1))
        if X[t] is not None: x[t][X[t]] = 1
        a[t] = np.tanh(np.dot(parameters["Waa"], a[t-1]) + np.dot(parameters["Wax"], x[t]) + parameters["b"])
        y_hat[t] = softmax(np.dot(parameters["Wya"], a[t]) + parameters["by"])
        loss -= np.log(y_hat[t][Y[t], 0])
    return loss, (y_hat, a, x)
def rnn_backward(X, Y, parameters, cache):
    g = {}; (y_hat, a, x) = cache
    g["dWax"], g["dWaa"], g["dWya"] = np.zeros_like(parameters["Wax"]), np.zeros_like(parameters["Waa"]), np.zeros_like(parameters["Wya"])
    g["db"], g["dby"], g["da_next"] = np.zeros_like(parameters["b"]), np.zeros_like(parameters["by"]), np.zeros_like(a[0])
    for t in reversed(range(len(X))):
        dy = np.copy(y_hat[t]); dy[Y[t]] -= 1
        g["dWya"] += np.dot(dy, a[t].T); g["dby"] += dy
        da = np.dot(parameters["Wya"].T, dy) + g["da_next"]
        draw = (1 - a[t]*a[t]) * da
        g["db"] += draw; g["dWax"] += np.dot(draw, x[t].T); g["dWaa"] += np.dot(draw, a[t-1].T)
        g["da_next"] = np.dot(parameters["Waa"].T, draw)
    return g, a
def clip(g, m):
    for k in ["dWax", "dWaa", "dWya", "db", "dby"]: np.clip(g[k], -m, m, out=g[k])
    return g
def update(p, g, lr):
    for k in ["Wax", "Waa", "Wya", "b", "by"]: p[k] += -lr * g["d"+k]
    return p
parameters = initialize_parameters(6, vocab, vocab); loss = -np.log(1.0/vocab)*5; a_prev = np.zeros((6, 1))
examples = [s.strip() for s in names.split("\n") if s]
for j in range(12):
    X = [None] + [ix[c] for c in examples[j % len(examples)]]; Y = X[1:] + [ix["\n"]]
    cur, cache = rnn_forward(X, Y, a_prev, parameters)
    grads, a = rnn_backward(X, Y, parameters, cache); grads = clip(grads, 5)
    parameters = update(parameters, grads, 0.01); a_prev = a[len(X)-1]
    loss = smooth(loss, cur)
    if j % 4 == 0: print("Iteration: %d, Loss: %f" % (j, loss) + "\n")
