import numpy as np


def sigmoid(Z):
    A = 1 / (1 + np.exp(-Z))
    return A, Z


def relu(Z):
    A = np.maximum(0, Z)
    return A, Z


def relu_backward(dA, store):
    Z = store
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    return dZ


def sigmoid_backward(dA, store):
    Z = store
    s = 1 / (1 + np.exp(-Z))
    dZ = dA * s * (1 - s)
    return dZ


def start_params(sizes):
    np.random.seed(1)
    params = {}
    L = len(sizes)
    for l in range(1, L):
        params['W' + str(l)] = np.random.randn(sizes[l], sizes[l - 1]) / np.sqrt(sizes[l - 1])
        params['b' + str(l)] = np.zeros((sizes[l], 1))
    return params


def layer_forward(A_in, W, b, activation):
    Z = W.dot(A_in) + b
    if activation == "sigmoid":
        A, act = sigmoid(Z)
    elif activation == "relu":
        A, act = relu(Z)
    return A, ((A_in, W, b), act)


def forward_all(X, params):
    stores = []
    A = X
    L = len(params) // 2
    for l in range(1, L):
        A_in = A
        A, store = layer_forward(A_in, params['W' + str(l)], params['b' + str(l)], activation="relu")
        stores.append(store)
    Yhat, store = layer_forward(A, params['W' + str(L)], params['b' + str(L)], activation="sigmoid")
    stores.append(store)
    return Yhat, stores


def log_cost(Yhat, Y):
    m = Y.shape[1]
    cost = (1. / m) * (-np.dot(Y, np.log(Yhat).T) - np.dot(1 - Y, np.log(1 - Yhat).T))
    return np.squeeze(cost)


def affine_backward(dZ, store):
    A_in, W, b = store
    m = A_in.shape[1]
    dW = 1. / m * np.dot(dZ, A_in.T)
    db = 1. / m * np.sum(dZ, axis=1, keepdims=True)
    dA_in = np.dot(W.T, dZ)
    return dA_in, dW, db


def layer_backward(dA, store, activation):
    lin, act = store
    if activation == "relu":
        dZ = relu_backward(dA, act)
    elif activation == "sigmoid":
        dZ = sigmoid_backward(dA, act)
    return affine_backward(dZ, lin)


def backward_all(Yhat, Y, stores):
    grads = {}
    L = len(stores)
    Y = Y.reshape(Yhat.shape)
    dYhat = - (np.divide(Y, Yhat) - np.divide(1 - Y, 1 - Yhat))
    grads["dA" + str(L)], grads["dW" + str(L)], grads["db" + str(L)] = layer_backward(dYhat, stores[L - 1], activation="sigmoid")
    for l in reversed(range(L - 1)):
        dA_t, dW_t, db_t = layer_backward(grads["dA" + str(l + 2)], stores[l], activation="relu")
        grads["dA" + str(l + 1)] = dA_t
        grads["dW" + str(l + 1)] = dW_t
        grads["db" + str(l + 1)] = db_t
    return grads


def apply_step(params, grads, learning_rate):
    L = len(params) // 2
    for l in range(L):
        params["W" + str(l + 1)] = params["W" + str(l + 1)] - learning_rate * grads["dW" + str(l + 1)]
        params["b" + str(l + 1)] = params["b" + str(l + 1)] - learning_rate * grads["db" + str(l + 1)]
    return params


np.random.seed(1)
X = np.random.randn(5, 9)
Y = (np.random.rand(1, 9) > 0.5).astype(float)
params = start_params([5, 4, 3, 1])
for i in range(0, 3):
    Yhat, stores = forward_all(X, params)
    cost = log_cost(Yhat, Y)
    grads = backward_all(Yhat, Y, stores)
    params = apply_step(params, grads, 0.075)
    if i % 100 == 0:
        print("Cost after iteration %i: %f" % (i, cost))
