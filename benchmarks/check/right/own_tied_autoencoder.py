import numpy

rng = numpy.random.RandomState(123)
n_visible, n_hidden = 6, 3
W = rng.uniform(-0.5, 0.5, (n_visible, n_hidden))
vbias = numpy.zeros(n_visible)
hbias = numpy.zeros(n_hidden)
x = (rng.rand(9, n_visible) > 0.5).astype(float)
corruption = rng.binomial(size=x.shape, n=1, p=0.7)
lr = 0.1


def sigmoid(t):
    return 1.0 / (1 + numpy.exp(-t))


for epoch in range(3):
    tilde_x = corruption * x
    y = sigmoid(numpy.dot(tilde_x, W) + hbias)
    z = sigmoid(numpy.dot(y, W.T) + vbias)
    cost = -numpy.mean(numpy.sum(x * numpy.log(z) + (1 - x) * numpy.log(1 - z), axis=1))
    L_h2 = x - z
    L_h1 = numpy.dot(L_h2, W) * y * (1 - y)
    L_vbias = L_h2
    L_hbias = L_h1
    # the same weights going in and coming out
    L_W = numpy.dot(tilde_x.T, L_h1) + numpy.dot(L_h2.T, y)
    W += lr * L_W / len(x)
    hbias += lr * numpy.mean(L_hbias, axis=0)
    vbias += lr * numpy.mean(L_vbias, axis=0)
