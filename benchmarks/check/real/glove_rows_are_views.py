import numpy as np


def main():
    np.random.seed(0)
    print("loading cooccurrence matrix")
    rows = [0, 0, 1, 2, 3, 3, 4]
    cols = [1, 2, 0, 4, 2, 0, 3]
    data = [3., 1., 12., 7., 2., 40., 5.]
    nmax = 100
    dim = 3
    xs = np.random.normal(size=(5, dim))
    ys = np.random.normal(size=(5, dim))
    eta = 0.01
    alpha = 3 / 4
    epochs = 2
    for epoch in range(epochs):
        cost = 0.0
        for ix, jy, n in zip(rows, cols, data):
            logn = np.log(n)
            fn = min(1.0, (n / nmax) ** alpha)
            x, y = xs[ix, :], ys[jy, :]
            cost += fn * (logn - np.dot(x, y)) ** 2
            scale = 2 * eta * fn * (logn - np.dot(x, y))
            xs[ix, :] += scale * y
            ys[jy, :] += scale * x
        print("epoch {}: {}".format(epoch, cost))
    return xs, ys


xs, ys = main()
