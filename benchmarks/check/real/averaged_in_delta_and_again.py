import numpy as np


def sizes_of(X, Y):
    return X.shape[0], 4, Y.shape[0]


def fresh(a, b, c):
    np.random.seed(2)
    return {"W1": np.random.randn(b, a) * 0.5, "b1": np.zeros((b, 1)),
            "W2": np.random.randn(c, b) * 0.5, "b2": np.zeros((c, 1))}


def fwd(X, par):
    Z1 = np.dot(par["W1"], X) + par["b1"]
    A1 = np.tanh(Z1)
    Z2 = np.dot(par["W2"], A1) + par["b2"]
    A2 = 1 / (1 + np.exp(-Z2))
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def cost_of(A2, Y):
    m = Y.shape[1]
    return -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m


def bwd(par, mem, X, Y):
    m = X.shape[1]
    A1, A2 = mem["A1"], mem["A2"]
    dZ2 = A2 - Y
    dW2 = (1 / m) * np.dot(dZ2, A1.T)
    db2 = (1 / m) * np.sum(dZ2, axis=1, keepdims=True)
    back = np.dot(par["W2"].T, dZ2)
    slope = 1 - np.power(A1, 2)
    dZ1 = (1 / m) * np.multiply(back, slope)
    dW1 = (1 / m) * np.dot(dZ1, X.T)
    db1 = (1 / m) * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


def stepped(par, gr, learning_rate=1.2):
    return {key: par[key] - learning_rate * gr["d" + key] for key in par}


np.random.seed(1)
X = np.random.randn(2, 12)
Y = (X[:1] * X[1:] > 0).astype(float)
par = fresh(*sizes_of(X, Y))
for i in range(0, 3):
    A2, mem = fwd(X, par)
    cost = cost_of(A2, Y)
    gr = bwd(par, mem, X, Y)
    par = stepped(par, gr)
    print("Cost after iteration %i: %f" % (i, cost))
