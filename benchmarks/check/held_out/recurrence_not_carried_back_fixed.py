import numpy as np


class RNN(object):
    def __init__(self, indim, hdim, outdim):
        np.random.seed(19)
        self.Wxh = np.random.normal(0, 0.5, (hdim, indim))
        self.Bxh = np.zeros(hdim)
        self.Whh = np.random.normal(0, 0.5, (hdim, hdim))
        self.Bhh = np.zeros(hdim)
        self.Wyh = np.random.normal(0, 0.5, (outdim, hdim))
        self.Byh = np.zeros(outdim)
        self.h0 = np.zeros(hdim)

    def forward(self, x):
        T = x.shape[1]
        states, output = [], []
        h = self.h0
        for i in range(T):
            h = np.tanh(np.dot(self.Wxh, x[:, i]) + self.Bxh + np.dot(self.Whh, h) + self.Bhh)
            o = np.exp(np.dot(self.Wyh, h) + self.Byh)
            states.append(h)
            output.append(o / np.sum(o))
        return states, output

    def loss(self, y, output):
        total = 0
        for t in range(len(output)):
            total -= np.sum(y[:, t] * np.log(output[t]))
        return total

    def backward(self, x, y, h, output, lr=0.002):
        T = x.shape[1]
        G_Wyh, G_Byh = np.zeros_like(self.Wyh), np.zeros_like(self.Byh)
        G_Whh, G_Bhh = np.zeros_like(self.Whh), np.zeros_like(self.Bhh)
        G_Wxh, G_Bxh = np.zeros_like(self.Wxh), np.zeros_like(self.Bxh)
        to_h = np.zeros_like(self.h0)
        for t in range(T - 1, -1, -1):
            miss = output[t] - y[:, t]
            to_h += np.dot(np.transpose(self.Wyh), miss)
            G_Wyh += np.outer(miss, h[t])
            G_Byh += miss
            before = (1 - h[t] * h[t]) * to_h
            G_Wxh += np.outer(before, x[:, t])
            G_Bxh += before
            G_Whh += np.outer(before, h[t - 1] if t > 0 else self.h0)
            G_Bhh += before
            to_h = np.dot(np.transpose(self.Whh), before)
        self.Wyh -= lr * G_Wyh
        self.Wxh -= lr * G_Wxh
        self.Whh -= lr * G_Whh
        self.Byh -= lr * G_Byh
        self.Bhh -= lr * G_Bhh
        self.Bxh -= lr * G_Bxh


x = np.random.RandomState(5).randn(3, 4)
y = np.eye(3)[:, [0, 2, 1, 1]]
rnn = RNN(3, 4, 3)
for epoch in range(2):
    h, output = rnn.forward(x)
    L = rnn.loss(y, output)
    rnn.backward(x, y, h, output, lr=0.05)
