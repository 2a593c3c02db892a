import numpy as np

np.random.seed(4)


class Capa:
    def __init__(self, n_ent, n_sal, activ):
        self.activ = activ
        self.b = np.random.rand(1, n_sal) * 2 - 1
        self.W = np.random.rand(n_ent, n_sal) * 2 - 1


sigm = (lambda x: 1 / (1 + np.e ** (-x)), lambda x: x * (1 - x))

coste_cuad = (lambda Yp, Yr: np.mean((Yp - Yr) ** 2), lambda Yp, Yr: Yp - Yr)


def hacer_red(forma, activ):
    red = []
    for l, capa in enumerate(forma[:-1]):
        red.append(Capa(forma[l], forma[l + 1], activ))
    return red


def ajustar(red, X, Y, coste, tasa=0.5, train=True):
    out = [(None, X)]
    for l, capa in enumerate(red):
        z = out[-1][1] @ red[l].W + red[l].b
        a = red[l].activ[0](z)
        out.append((z, a))
    if train:
        deltas = []
        for l in reversed(range(0, len(red))):
            z = out[l + 1][0]
            a = out[l + 1][1]
            if l == len(red) - 1:
                deltas.insert(0, coste[1](a, Y) * red[l].activ[1](a))
            else:
                deltas.insert(0, deltas[0] @ _W.T * red[l].activ[1](a))
            _W = red[l].W
            red[l].b = red[l].b - np.mean(deltas[0], axis=0, keepdims=True) * tasa
            red[l].W = red[l].W - out[l][1].T @ deltas[0] * tasa / len(X)
    return out[-1][1]


X = np.random.randn(10, 2)
Y = (X[:, :1] ** 2 + X[:, 1:] ** 2 > 1.4) * 1.0
red = hacer_red([2, 4, 3, 1], sigm)
errores = []
for i in range(3):
    pY = ajustar(red, X, Y, coste_cuad, tasa=0.05)
    if i % 25 == 0:
        errores.append(coste_cuad[0](pY, Y))
