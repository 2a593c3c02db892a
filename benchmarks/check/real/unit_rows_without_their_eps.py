import numpy


class NormalizeL2(object):
    """Rows divided by their length plus eps."""

    def __init__(self, eps):
        self.eps = eps

    def forward(self, x):
        self.x = x
        self.length = numpy.sqrt((x * x).sum(axis=1, keepdims=True))
        self.norm = self.length + self.eps
        return x / self.norm

    def backward(self, gy):
        x_gy = (self.x * gy).sum(axis=1, keepdims=True)
        gx = gy / self.norm - x_gy * self.x / self.norm ** 3
        return gx


class Linear(object):
    def __init__(self, n_in, n_out, rng):
        self.W = rng.normal(0, 0.4, (n_out, n_in))

    def forward(self, x):
        self.x = x
        return x.dot(self.W.T)

    def backward(self, gy):
        self.gW = gy.T.dot(self.x)
        return gy.dot(self.W)


rng = numpy.random.RandomState(4190)
x = rng.normal(size=(6, 3))
t = rng.normal(size=(6, 2))
t /= numpy.sqrt((t ** 2).sum(axis=1, keepdims=True))
model = [Linear(3, 4, rng), NormalizeL2(0.3), Linear(4, 2, rng)]
for epoch in range(3):
    h = x
    for link in model:
        h = link.forward(h)
    # negative similarity with the targets, and a pull to moderate outputs
    loss = -(h * t).sum() + 0.1 * (h ** 2).sum()
    g = -t + 0.2 * h
    for link in model[::-1]:
        g = link.backward(g)
    for link in (model[0], model[2]):
        link.W = link.W - 0.1 * link.gW
