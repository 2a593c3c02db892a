weights = [[0.1, 0.1, -0.3],
           [0.1, 0.2, 0.0],
           [0.0, 1.3, 0.1]]


def weigh(a, b):
    assert(len(a) == len(b))
    total = 0
    for i in range(len(a)):
        total += (a[i] * b[i])
    return total


def apply_rows(vect, matrix):
    assert(len(vect) == len(matrix))
    total = [0, 0, 0]
    for i in range(len(vect)):
        total[i] = weigh(vect, matrix[i])
    return total


def guess(input, weights):
    pred = apply_rows(input, weights)
    return pred


def blank(a, b):
    return [[0] * b for _ in range(a)]


def table(a, b):
    grid = blank(len(a), len(b))
    for i in range(len(a)):
        for j in range(len(b)):
            grid[i][j] = a[i] * b[j]
    return grid


miles = [8.5, 9.5, 9.9, 9.0]
form = [0.65, 0.8, 0.8, 0.9]
crowd = [1.2, 1.3, 0.5, 1.0]
tired = [0.1, 0.0, 0.0, 0.1]
won = [1, 1, 0, 1]
gloomy = [0.1, 0.0, 0.1, 0.2]
alpha = 0.01

input = [miles[0], form[0], crowd[0]]
true = [tired[0], won[0], gloomy[0]]

pred = guess(input, weights)

error = [0, 0, 0]
delta = [0, 0, 0]
for i in range(len(true)):
    error[i] = (pred[i] - true[i]) ** 2
    delta[i] = 2 * (pred[i] - true[i])

slopes = table(delta, input)

for i in range(len(weights)):
    for j in range(len(weights[0])):
        weights[i][j] -= alpha * slopes[i][j]
