import numpy as np


class DigitNet:
    """One hidden layer of 3 units; the last column of every matrix is the bias."""

    def __init__(self, n_inputs, n_outputs):
        rs = np.random.RandomState(8)
        self.mats = [rs.normal(0, 0.6, (3, n_inputs + 1)), rs.normal(0, 0.6, (n_outputs, 3 + 1))]
        self.count = 0

    @staticmethod
    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    def fire(self, pixels_in):
        """Calculate the top of both mats for one input"""
        top = []
        for layer in self.mats:
            padded = np.append(pixels_in, 1)
            output = self.sigmoid(np.inner(layer, padded))
            top.append(output)
            pixels_in = output
        return top

    def correct(self, pixels_in, wanted):
        """Reduce error for one input vector"""
        pace = 1. / (self.count + 10)  # Learning coefficient
        mid, top = self.fire(pixels_in)

        top_error = top * (1 - top) * (top - wanted)
        mid_error = mid * (1 - mid) * \
            np.dot(np.delete(self.mats[-1], 3, 1).T, top_error)
        self.mats[-1] -= pace * np.outer(top_error, np.append(mid, 1))
        self.mats[0] -= pace * np.outer(mid_error, np.append(pixels_in, 1))

    def show_all(self, inputs, targets):
        for self.count, (vec, tar) in enumerate(zip(inputs, targets)):
            self.correct(vec, tar)


rs = np.random.RandomState(1)
pixels = rs.rand(5, 4)
digits = np.eye(2)[[0, 1, 1, 0, 1]]
net = DigitNet(4, 2)
net.show_all(pixels, digits)
