import numpy as np


def affine(A, W, b):
    return np.dot(W, A) + b, (A, W, b)


def stage(A_in, W, b, kind):
    Z, affine_memory = affine(A_in, W, b)
    A = 1 / (1 + np.exp(-Z)) if kind == "sigmoid" else np.maximum(0, Z)
    return A, (affine_memory, Z)


def run_forward(X, pars):
    memories = []
    A = X
    L = len(pars) // 2
    for l in range(1, L):
        A, memory = stage(A, pars['W' + str(l)], pars['b' + str(l)], "relu")
        memories.append(memory)
    out, memory = stage(A, pars['W' + str(L)], pars['b' + str(L)], "sigmoid")
    memories.append(memory)
    return out, memories


def affine_back(dZ, memory):
    A_in, W, b = memory
    m = A_in.shape[1]
    return np.dot(W.T, dZ), np.dot(dZ, A_in.T) / m, np.sum(dZ, axis=1, keepdims=True) / m


def stage_back(dA, memory, kind):
    affine_memory, Z = memory
    if kind == "relu":
        dZ = np.array(dA, copy=True)
        dZ[Z <= 0] = 0
    else:
        s = 1 / (1 + np.exp(-Z))
        dZ = dA * s * (1 - s)
    return affine_back(dZ, affine_memory)


def run_back(out, Y, memories):
    grads = {}
    L = len(memories)
    d_out = -(np.divide(Y, out) - np.divide(1 - Y, 1 - out))
    memory = memories[-1]
    grads["dA" + str(L - 1)], grads["dW" + str(L)], grads["db" + str(L)] = stage_back(d_out, memory, "sigmoid")
    for l in reversed(range(L - 1)):
        memory = memories[l]
        dA_below, dW_here, db_here = stage_back(grads["dA" + str(L - 1)], memory, kind="relu")
        grads["dA" + str(l)] = dA_below
        grads["dW" + str(l + 1)] = dW_here
        grads["db" + str(l + 1)] = db_here
    return grads


np.random.seed(1)
X = np.random.randn(4, 10)
Y = np.random.randint(0, 2, (1, 10))
dims = [4, 4, 4, 1]
pars = {}
for l in range(1, len(dims)):
    pars['W' + str(l)] = np.random.randn(dims[l], dims[l - 1]) / np.sqrt(dims[l - 1])
    pars['b' + str(l)] = np.full((dims[l], 1), 0.1)
learning_rate = 0.3
for i in range(3):
    out, memories = run_forward(X, pars)
    cost = -np.mean(Y * np.log(out) + (1 - Y) * np.log(1 - out))
    grads = run_back(out, Y, memories)
    for l in range(len(pars) // 2):
        pars["W" + str(l + 1)] = pars["W" + str(l + 1)] - learning_rate * grads["dW" + str(l + 1)]
        pars["b" + str(l + 1)] = pars["b" + str(l + 1)] - learning_rate * grads["db" + str(l + 1)]
