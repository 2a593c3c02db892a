import numpy as np

np.random.seed(0)


def sigmoid(x):
    return 1. / (1 + np.exp(-x))


def gate_slope(values):
    return values * (1 - values)


def tanh_slope(values):
    return 1. - values ** 2


class Weights:
    def __init__(self, n_cells, n_x):
        self.n_cells = n_cells
        n_both = n_x + n_cells
        self.w = {k: np.random.uniform(-0.6, 0.6, (n_cells, n_both)) for k in 'gifo'}
        self.b = {k: np.random.uniform(-0.6, 0.6, n_cells) for k in 'gifo'}
        self.clear()

    def clear(self):
        self.gw = {k: np.zeros_like(v) for k, v in self.w.items()}
        self.gb = {k: np.zeros_like(v) for k, v in self.b.items()}

    def descend(self, lr=1):
        for k in 'gifo':
            self.w[k] -= lr * self.gw[k]
            self.b[k] -= lr * self.gb[k]
        self.clear()


class Cell:
    def __init__(self, param):
        self.param = param

    def read(self, x, s_before, h_before):
        self.s_before, self.h_before = s_before, h_before
        self.both = both = np.hstack((x, h_before))
        p = self.param
        self.g = np.tanh(np.dot(p.w['g'], both) + p.b['g'])
        self.i = sigmoid(np.dot(p.w['i'], both) + p.b['i'])
        self.f = sigmoid(np.dot(p.w['f'], both) + p.b['f'])
        self.o = sigmoid(np.dot(p.w['o'], both) + p.b['o'])
        self.s = self.g * self.i + s_before * self.f
        self.h = np.tanh(self.s) * self.o

    def blame(self, grad_h, grad_s):
        ds = self.o * tanh_slope(np.tanh(self.s)) * grad_h + grad_s
        do = self.s * grad_h
        di = self.g * ds
        dg = self.i * ds
        df = self.s_before * ds
        inputs = {'i': gate_slope(self.i) * di, 'f': gate_slope(self.f) * df,
                  'o': gate_slope(self.o) * do, 'g': tanh_slope(self.g) * dg}
        dboth = np.zeros_like(self.both)
        for k, d in inputs.items():
            self.param.gw[k] += np.outer(d, self.both)
            self.param.gb[k] += d
            dboth += np.dot(self.param.w[k].T, d)
        self.left_s = ds * self.f
        self.left_h = dboth[-self.param.n_cells:]


n_cells, n_x = 4, 3
weights = Weights(n_cells, n_x)
ys = [-0.5, 0.2, 0.1]
xs = [np.random.random(n_x) for _ in ys]
for r in range(3):
    cells = []
    s = h = np.zeros(n_cells)
    for x in xs:
        cell = Cell(weights)
        cell.read(x, s, h)
        s, h = cell.s, cell.h
        cells.append(cell)
    loss = sum((cell.h[0] - y) ** 2 for cell, y in zip(cells, ys))
    diff_h = diff_s = np.zeros(n_cells)
    for cell, y in zip(reversed(cells), reversed(ys)):
        diff = np.zeros(n_cells)
        diff[0] = 2 * (cell.h[0] - y)
        cell.blame(diff + diff_h, diff_s)
        diff_h, diff_s = cell.left_h, cell.left_s
    print("iter", r, "loss:", loss)
    weights.descend(lr=0.1)
