import numpy as np

# some easy to predict data
x = np.arange(0, 10.0) / 10
y = 4 * x - 1


def fair_loss(true, pred, c=1):
    a = abs(true - pred)
    return np.sum(c ** 2 * (a / c - np.log(1 + a / c)))


# define fair loss
def fair_obj(true, pred):
    x = true - pred
    c = 1
    den = abs(x) + c
    grad = (c * x) / den
    hess = (c * c) / (den ** 2)
    return grad, hess


slope, base = 0.5, 0.5
lr = 0.02
for round_ in range(4):
    pred = base + slope * x
    score = fair_loss(y, pred)
    g, h = fair_obj(y, pred)
    slope -= lr * np.sum(g * x)
    base -= lr * np.sum(g)
    print(round_, score)
