import numpy
import scipy.special


class mlpNetwork:
    def __init__(self, inputnodes, hiddennodes, outputnodes, learningrate):
        self.n_in = inputnodes
        self.n_mid = hiddennodes
        self.n_last = outputnodes
        self.wih = numpy.random.normal(
            0.0, pow(self.n_in, -0.5), (self.n_mid, self.n_in)
        )
        self.who = numpy.random.normal(
            0.0, pow(self.n_mid, -0.5), (self.n_last, self.n_mid)
        )
        self.lr = learningrate
        self.squash = lambda x: scipy.special.expit(x)

    def train(self, pixels, goals):
        inputs = numpy.array(pixels, ndmin=2).T
        targets = numpy.array(goals, ndmin=2).T
        into_hidden = numpy.dot(self.wih, inputs)
        from_hidden = self.squash(into_hidden)
        into_last = numpy.dot(self.who, from_hidden)
        from_last = self.squash(into_last)
        last_errors = targets - from_last
        mid_errors = numpy.dot(
            self.who.T, last_errors * from_last * (1.0 - from_last)
        )
        self.who += self.lr * numpy.dot(
            (last_errors * from_last * (1.0 - from_last)),
            numpy.transpose(from_hidden),
        )
        self.wih += self.lr * numpy.dot(
            (mid_errors * from_hidden * (1.0 - from_hidden)),
            numpy.transpose(inputs),
        )


numpy.random.seed(0)
n = mlpNetwork(6, 4, 3, 0.3)
records = numpy.random.rand(4, 6)
answers = [0, 2, 1, 2]
for e in range(2):
    for record, answer in zip(records, answers):
        inputs = (record * 0.99) + 0.01
        targets = numpy.zeros(3) + 0.01
        targets[answer] = 0.99
        n.train(inputs, targets)
