import numpy as np

np.random.seed(8)
# one column an example
X = np.random.randn(3, 11)
Y = np.zeros((3, 11))
Y[np.random.randint(0, 3, 11), np.arange(11)] = 1
m = X.shape[1]
dims = [3, 5, 4, 3]
Ws = [np.random.randn(dims[l + 1], dims[l]) * np.sqrt(1 / dims[l]) for l in range(3)]
bs = [np.zeros((dims[l + 1], 1)) for l in range(3)]
alpha, lambd = 0.2, 0.7

for i in range(3):
    # forward
    As = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        As.append(np.maximum(0.01 * (W @ As[-1] + b), W @ As[-1] + b))
    Z = Ws[-1] @ As[-1] + bs[-1]
    expZ = np.exp(Z - np.max(Z, axis=0))
    P = expZ / expZ.sum(axis=0)
    cost = -np.sum(Y * np.log(P)) / m + lambd / (2 * m) * sum(np.sum(W ** 2) for W in Ws)

    # backward: deltas are sums over nothing yet, the mean comes last
    delta = P - Y
    dWs, dbs = [], []
    for l in reversed(range(3)):
        dWs.insert(0, (delta @ As[l].T + lambd * Ws[l]) / m)
        dbs.insert(0, np.mean(delta, axis=1, keepdims=True))
        if l > 0:
            delta = Ws[l].T @ delta
            delta[As[l] < 0] *= 0.01

    Ws = [W - alpha * dW for W, dW in zip(Ws, dWs)]
    bs = [b - alpha * db for b, db in zip(bs, dbs)]
