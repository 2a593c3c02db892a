from numpy import asmatrix, matrix, multiply, exp, shape, ones, zeros, random

random.seed(9)


def sigmoid(v):
    return 1.0 / (1 + exp(-v))


def climb(rowsIn, marksIn):
    rows = asmatrix(rowsIn)
    marks = asmatrix(marksIn).transpose()
    m, n = shape(rows)
    alpha = 0.01
    rounds = 3
    weights = matrix(ones((n, 1)))
    for k in range(rounds):
        h = sigmoid(rows * weights)
        error = marks - h
        weights = weights + alpha * rows.transpose() * error
    return weights


points = [
    [1.0, -0.017612, 1.4053064],
    [1.0, -1.395634, 0.4662541],
    [1.0, -0.752157, -0.653863],
    [1.0, 0.423363, 1.1054091],
]
weights = climb(points, [0, 1, 0, 1])
