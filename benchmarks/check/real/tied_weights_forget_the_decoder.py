import numpy


class ContractiveAE(object):
    """h = s(x W + b), r = s(h W' + c), with a penalty for the encoder's Jacobian."""

    def __init__(self, n_hiddens, learning_rate=0.1, jacobi_penalty=0.1):
        self.n_hiddens = n_hiddens
        self.learning_rate = learning_rate
        self.jacobi_penalty = jacobi_penalty

    def _sigmoid(self, x):
        return 1. / (1. + numpy.exp(-x))

    def encode(self, x):
        return self._sigmoid(numpy.dot(x, self.W) + self.b)

    def decode(self, h):
        return self._sigmoid(numpy.dot(h, self.W.T) + self.c)

    def loss(self, x, h, r):
        entropy = -(x * numpy.log(r) + (1 - x) * numpy.log(1 - r)).sum(1).mean()
        contraction = (((h * (1 - h)) ** 2).dot((self.W ** 2).sum(0))).mean()
        return entropy + self.jacobi_penalty * contraction

    def _contraction(self, x, h):
        a = (h * (1 - h)) ** 2
        d = (1 - 2 * h) * a * (self.W ** 2).sum(0)[None, :]
        per_sample = x[:, :, None] * d[:, None, :] + a[:, None, :] * self.W
        return 2 * per_sample.mean(0), 2 * d.mean(0)

    def _reconstruction(self, x, h, r):
        od = r - x
        oe = h * (1 - h) * numpy.dot(od, self.W)
        gW = x[:, :, None] * oe[:, None, :]
        return gW.mean(0), od.mean(0), oe.mean(0)

    def fit(self, X, n_epochs):
        rng = numpy.random.RandomState(4)
        self.W = rng.uniform(-0.8, 0.8, (X.shape[1], self.n_hiddens))
        self.b, self.c = numpy.zeros(self.n_hiddens), numpy.zeros(X.shape[1])
        for epoch in range(n_epochs):
            h = self.encode(X)
            r = self.decode(h)
            loss = self.loss(X, h, r)
            W_con, b_con = self._contraction(X, h)
            W_rec, c_rec, b_rec = self._reconstruction(X, h, r)
            self.W = self.W - self.learning_rate * (W_rec + self.jacobi_penalty * W_con)
            self.b = self.b - self.learning_rate * (b_rec + self.jacobi_penalty * b_con)
            self.c = self.c - self.learning_rate * c_rec
            print(epoch, loss)


X = (numpy.random.RandomState(0).rand(6, 4) > 0.5) * 1.0
cae = ContractiveAE(3)
cae.fit(X, 4)
