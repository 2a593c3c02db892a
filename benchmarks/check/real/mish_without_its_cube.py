import numpy


class Ops:
    xp = numpy

    def gemm(self, x, y, trans1=False, trans2=False):
        return self.xp.dot(x.T if trans1 else x, y.T if trans2 else y)

    def mish(self, X, threshold=20.0):
        Y = X * self.xp.tanh(self.xp.log1p(self.xp.exp(self.xp.minimum(X, threshold))))
        return self.xp.where(X >= threshold, X, Y)

    def backprop_mish(self, dY, X, threshold=20.0):
        xp = self.xp
        indices = X < threshold
        Xsub = X[indices]
        dYsub = dY[indices]
        omega = 4.0 * (Xsub + 1.0)
        omega += 4.0 * xp.exp(2.0 * Xsub)
        omega += xp.exp(Xsub) * ((4.0 * Xsub) + 6.0)
        delta = 2.0 * xp.exp(Xsub)
        delta += xp.exp(2.0 * Xsub)
        delta += 2.0
        dXsub = dYsub * ((xp.exp(Xsub) * omega) / (delta ** 2))
        out = dY.copy()
        out[indices] = dXsub
        return out


def Mish(ops, W, b):
    def forward(X):
        Y_pre = ops.gemm(X, W, trans2=True) + b

        def backprop(dY):
            dY_pre = ops.backprop_mish(dY, Y_pre)
            return ops.gemm(dY_pre, W), (ops.gemm(dY_pre, X, trans1=True), dY_pre.sum(axis=0))

        return ops.mish(Y_pre), backprop

    return forward


rng = numpy.random.default_rng(578)
ops = Ops()
X = rng.normal(size=(8, 3))
truth = rng.normal(size=(8, 2))
params = [(rng.normal(size=(4, 3)), numpy.zeros(4)), (rng.normal(size=(2, 4)), numpy.zeros(2))]
for epoch in range(3):
    model = [Mish(ops, W, b) for W, b in params]
    h, backprop1 = model[0](X)
    Yh, backprop2 = model[1](h)
    loss = ((Yh - truth) ** 2).sum() / len(X)
    dh, grads2 = backprop2(2 * (Yh - truth) / len(X))
    _, grads1 = backprop1(dh)
    for (W, b), (dW, db) in zip(params, (grads1, grads2)):
        W -= 0.05 * dW
        b -= 0.05 * db
