import numpy as np


def logistic(x):
    return 1.0 / (1.0 + np.exp(-x))


class DigitNet(object):
    """Hidden logistic units, logistic outputs, log loss, weight decay."""

    def __init__(self, n_in, n_hid, n_classes, wd_coeff):
        rs = np.random.RandomState(13)
        self.input_to_hid = rs.randn(n_hid, n_in) * .3
        self.hid_to_class = rs.randn(n_classes, n_hid) * .3
        self.wd_coeff = wd_coeff

    def fprop(self, inputs):
        self.hid_input = np.dot(self.input_to_hid, inputs)
        self.hid_output = logistic(self.hid_input)
        self.class_input = np.dot(self.hid_to_class, self.hid_output)
        self.class_prob = logistic(self.class_input)

    def loss(self, inputs, targets):
        self.fprop(inputs)
        n = inputs.shape[1]
        log_loss = -np.sum(targets * np.log(self.class_prob) + (1 - targets) * np.log(1 - self.class_prob)) / n
        wd_loss = (np.sum(self.input_to_hid ** 2) + np.sum(self.hid_to_class ** 2)) / 2 * self.wd_coeff
        return log_loss + wd_loss

    def d_loss(self, inputs, targets):
        n = inputs.shape[1]
        error_deriv = self.class_prob - targets
        hid_to_output_deriv = np.dot(error_deriv, self.hid_output.T) / n
        back_prop_deriv = np.dot(self.hid_to_class.T, error_deriv) * self.hid_output * (1 - self.hid_output)
        input_to_hid_deriv = np.dot(back_prop_deriv, inputs.T) / n
        return (input_to_hid_deriv + self.wd_coeff * self.input_to_hid,
                hid_to_output_deriv + self.wd_coeff * self.hid_to_class)


rs = np.random.RandomState(2)
inputs = rs.rand(6, 10)
targets = np.eye(3)[rs.randint(3, size=10)].T
net = DigitNet(6, 4, 3, 0.01)
for it in range(3):
    cost = net.loss(inputs, targets)
    d_in, d_out = net.d_loss(inputs, targets)
    net.input_to_hid += -0.35 * d_in
    net.hid_to_class += -0.35 * d_out
    print(it, cost)
