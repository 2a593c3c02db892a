import numpy as np


class LogSoftMax:
    def forward(self, inp):
        m = inp.max(axis=0, keepdims=True)
        self.output = inp - m - np.log(np.exp(inp - m).sum(axis=0, keepdims=True))
        return self.output

    def backward(self, gy):
        return gy - np.exp(self.output) * gy.sum(axis=0, keepdims=True)


class WeightedNLL:
    """classes that are rare count more"""

    def __init__(self, class_weight):
        self.class_weight = class_weight

    def forward(self, logp, target):
        self.target, self.shape = target, logp.shape
        n = len(target)
        return -np.sum(self.class_weight[target] * logp[target, np.arange(n)])

    def backward(self):
        gy = np.zeros(self.shape)
        gy[self.target, np.arange(len(self.target))] = -self.class_weight[self.target]
        return gy


rng = np.random.default_rng(0)
inputs = rng.standard_normal((4, 6))
target = np.array([0, 2, 1, 1, 0, 2])
weight = rng.standard_normal((3, 4)) * 0.5
bias = np.zeros((3, 1))
lsm, nll = LogSoftMax(), WeightedNLL(np.array([1.0, 0.5, 2.0]))
for k in range(3):
    loss = nll.forward(lsm.forward(weight @ inputs + bias), target)
    g = lsm.backward(nll.backward())
    weight -= 0.02 * g @ inputs.T
    bias -= 0.02 * g.sum(axis=1, keepdims=True)
