import numpy as np


def sigmoid(z):
    s = 1 / (1 + np.exp(-z))
    return s


def zero_start(dim):
    w = np.zeros(shape=(dim, 1))
    b = 0
    return w, b


def cost_and_slopes(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = (-1 / m) * np.sum(Y * np.log(A) + (1 - Y) * (np.log(1 - A)))
    dw = (1 / m) * np.dot(X, (A - Y).T)
    db = (1 / m) * np.sum(A - Y)
    cost = np.squeeze(cost)
    slopes = {"dw": dw, "db": db}
    return slopes, cost


def descend(w, b, X, Y, rounds, learning_rate, print_cost=False):
    costs = []
    for i in range(rounds):
        slopes, cost = cost_and_slopes(w, b, X, Y)
        dw = slopes["dw"]
        db = slopes["db"]
        w = w - learning_rate * dw
        b = b - learning_rate * db
        if i % 100 == 0:
            costs.append(cost)
        if print_cost and i % 100 == 0:
            print("Cost after iteration %i: %f" % (i, cost))
    params = {"w": w, "b": b}
    return params, slopes, costs


np.random.seed(2)
pics = np.random.rand(4, 7)
marks = np.array([[1, 0, 1, 1, 0, 0, 1]])
w, b = zero_start(4)
params, slopes, costs = descend(
    w, b, pics, marks, rounds=3, learning_rate=0.5, print_cost=True
)
