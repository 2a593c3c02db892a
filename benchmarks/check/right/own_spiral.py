import numpy as np

N, D, K, h = 8, 2, 3, 6
X = np.zeros((N * K, D))
y = np.zeros(N * K, dtype="uint8")
rs = np.random.RandomState(0)
for j in range(K):
    ix = range(N * j, N * (j + 1))
    r = np.linspace(0.1, 1, N)
    t = np.linspace(j * 4, (j + 1) * 4, N) + rs.randn(N) * 0.2
    X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[ix] = j

W = 0.5 * rs.randn(D, h)
b = 0.1 * rs.randn(1, h)
W2 = 0.5 * rs.randn(h, K)
b2 = np.zeros((1, K))
step_size = 1e-0
reg = 1e-3
n_points = X.shape[0]
for i in range(2):
    hid = np.maximum(0, np.dot(X, W) + b)
    scores = np.dot(hid, W2) + b2
    es = np.exp(scores)
    probs = es / np.sum(es, axis=1, keepdims=True)
    nll = -np.log(probs[range(n_points), y])
    data_loss = np.sum(nll) / n_points
    reg_loss = 0.5 * reg * np.sum(W * W) + 0.5 * reg * np.sum(W2 * W2)
    loss = data_loss + reg_loss
    if i % 1000 == 0:
        print("iteration %d: loss %f" % (i, loss))
    ds = probs
    ds[range(n_points), y] -= 1
    ds /= n_points
    dW2 = np.dot(hid.T, ds)
    db2 = np.sum(ds, axis=0, keepdims=True)
    dhid = np.dot(ds, W2.T)
    dhid[hid <= 0] = 0
    dW = np.dot(X.T, dhid)
    db = np.sum(dhid, axis=0, keepdims=True)
    dW2 += reg * W2
    dW += reg * W
    W += -step_size * dW
    b += -step_size * db
    W2 += -step_size * dW2
    b2 += -step_size * db2
