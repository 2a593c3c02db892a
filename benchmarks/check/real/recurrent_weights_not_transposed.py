import numpy as np
from numpy.random import randn

np.random.seed(29)


class ManyToOne:
    def __init__(self, n_words, n_classes, hidden=3):
        self.Whh = randn(hidden, hidden) / 2
        self.Wxh = randn(hidden, n_words) / 2
        self.Why = randn(n_classes, hidden) / 2
        self.bh = np.zeros((hidden, 1))
        self.by = np.zeros((n_classes, 1))

    def read(self, words):
        h = np.zeros((self.Whh.shape[0], 1))
        self.words = words
        self.states = {0: h}
        for k, x in enumerate(words):
            h = np.tanh(self.Wxh @ x + self.Whh @ h + self.bh)
            self.states[k + 1] = h
        return self.Why @ h + self.by, h

    def teach(self, d_y, rate=2e-2):
        n = len(self.words)
        d_Why = d_y @ self.states[n].T
        d_by = d_y
        d_Whh, d_Wxh, d_bh = np.zeros(self.Whh.shape), np.zeros(self.Wxh.shape), np.zeros(self.bh.shape)
        d_h = self.Why.T @ d_y
        for t in reversed(range(n)):
            through = (1 - self.states[t + 1] ** 2) * d_h
            d_bh += through
            d_Whh += through @ self.states[t].T
            d_Wxh += through @ self.words[t].T
            d_h = self.Whh @ through
        for d in [d_Wxh, d_Whh, d_Why, d_bh, d_by]:
            np.clip(d, -1, 1, out=d)
        self.Whh -= rate * d_Whh
        self.Wxh -= rate * d_Wxh
        self.Why -= rate * d_Why
        self.bh -= rate * d_bh
        self.by -= rate * d_by


def softmax(xs):
    return np.exp(xs) / sum(np.exp(xs))


texts = {'good very good': 1, 'bad not good': 0, 'not very bad': 1}
vocab = sorted(set(w for text in texts for w in text.split()))
rnn = ManyToOne(len(vocab), 2)
loss = 0
for text, answer in texts.items():
    words = [np.eye(len(vocab))[:, [vocab.index(w)]] for w in text.split()]
    out, _ = rnn.read(words)
    probs = softmax(out)
    loss -= float(np.log(probs[answer, 0]))
    d_L_d_y = probs
    d_L_d_y[answer] -= 1
    rnn.teach(d_L_d_y, 0.1)
