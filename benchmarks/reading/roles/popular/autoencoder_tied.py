import sys
import numpy

numpy.seterr(all='ignore')

def sigmoid(x):
    return 1. / (1 + numpy.exp(-x))


class dA(object):
    def __init__(self, input=None, n_visible=2, n_hidden=3, rng=None):
        self.n_visible = n_visible
        self.n_hidden = n_hidden
        if rng is None:
            rng = numpy.random.RandomState(1234)
        a = 1. / n_visible
        self.rng = rng
        self.x = input
        self.W = numpy.array(rng.uniform(low=-a, high=a, size=(n_visible, n_hidden)))
        self.W_prime = self.W.T
        self.hbias = numpy.zeros(n_hidden)
        self.vbias = numpy.zeros(n_visible)

    def get_corrupted_input(self, input, corruption_level):
        mask = self.rng.binomial(size=input.shape, n=1, p=1 - corruption_level)
        return mask * input

    def get_hidden_values(self, input):
        return sigmoid(numpy.dot(input, self.W) + self.hbias)

    def get_reconstructed_input(self, hidden):
        return sigmoid(numpy.dot(hidden, self.W_prime) + self.vbias)

    def train(self, lr=0.1, corruption_level=0.3, input=None):
        if input is not None:
            self.x = input
        x = self.x
        tilde_x = self.get_corrupted_input(x, corruption_level)
        y = self.get_hidden_values(tilde_x)
        z = self.get_reconstructed_input(y)
        L_h2 = x - z
        L_h1 = numpy.dot(L_h2, self.W) * y * (1 - y)
        L_vbias = L_h2
        L_hbias = L_h1
        L_W = numpy.dot(tilde_x.T, L_h1) + numpy.dot(L_h2.T, y)
        self.W += lr * L_W
        self.hbias += lr * numpy.mean(L_hbias, axis=0)
        self.vbias += lr * numpy.mean(L_vbias, axis=0)
        self.W_prime = self.W.T

    def negative_log_likelihood(self, corruption_level):
        tilde_x = self.get_corrupted_input(self.x, corruption_level)
        y = self.get_hidden_values(tilde_x)
        z = self.get_reconstructed_input(y)
        cross_entropy = - numpy.mean(numpy.sum(self.x * numpy.log(z) + (1 - self.x) * numpy.log(1 - z), axis=1))
        return cross_entropy


data = numpy.array([[1, 1, 1, 1, 0, 0, 0, 0], [1, 1, 0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 0, 1, 0, 1, 1]])
da = dA(input=data, n_visible=8, n_hidden=3)
for epoch in range(100):
    da.train(lr=0.1, corruption_level=0.3)
    cost = da.negative_log_likelihood(corruption_level=0.3)
    print('Training epoch %d, cost is ' % epoch, cost, file=sys.stderr)
