import numpy as np


class Gate:
    def sig(self, z):
        return 1 / (1 + np.exp(-z))

    def error(self, wanted, got):
        return np.sum((np.array(wanted) - np.array(got)) ** 2) / 2

    def moved(self, old, slope):
        return old - 0.5 * slope

    def xor(self, epochs):
        X = np.array([[1, 1], [1, 0], [0, 1], [0, 0]])
        y = np.array([0, 1, 1, 0])
        w0 = np.array([[.9, .1], [.3, .5]])
        w1 = np.array([.8, .7])
        for epoch in range(epochs):
            answers = []
            for i in range(X.shape[0]):
                # forward pass
                h0 = self.sig(w0[0, 0] * X[i][0] + w0[1, 0] * X[i][1])
                h1 = self.sig(w0[0, 1] * X[i][0] + w0[1, 1] * X[i][1])
                y0 = self.sig(w1[0] * h0 + w1[1] * h1)
                answers.append(y0)

                # backpropagation
                de = -(y[i] - y0)
                at_h0 = de * y0 * (1 - y0) * w1[0] * h0 * (1 - h0)
                at_h1 = de * y0 * (1 - y0) * w1[1] * h1 * (1 - h1)
                de_00, de_10 = at_h0 * X[i][0], at_h0 * X[i][1]
                de_01, de_11 = at_h1 * X[i][0], at_h1 * X[i][1]
                de_top0 = de * y0 * (1 - y0) * h0
                de_top1 = de * y0 * (1 - y0) * h1

                w0[0, 0] = self.moved(w0[0, 0], de_00)
                w0[0, 1] = self.moved(w0[0, 1], de_01)
                w0[1, 0] = self.moved(w0[1, 0], de_10)
                w0[1, 1] = self.moved(w0[1, 1], de_11)
                w1[0] = self.moved(w1[0], de_top0)
                w1[1] = self.moved(w1[1], de_top1)
            print('error -> ', self.error(y, answers))


gate = Gate()
gate.xor(2)
