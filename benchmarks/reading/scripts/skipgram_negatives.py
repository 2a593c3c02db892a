import numpy as np

text = "the cat sat on the mat the dog sat on the rug a cat and a dog".split()
vocab = sorted(set(text))
w2i = {w: i for i, w in enumerate(vocab)}
ids = [w2i[w] for w in text]
freq = np.bincount(ids) ** 0.75
probs = freq / freq.sum()


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-np.clip(x, -30, 30)))


class SkipGram:
    def __init__(self, V, dim, lr=0.1, k=3, seed=1):
        self.rng = np.random.default_rng(seed)
        self.W_in = self.rng.uniform(-0.5, 0.5, (V, dim)) / dim
        self.W_out = self.rng.uniform(-0.5, 0.5, (V, dim))
        self.lr, self.k = lr, k

    def step(self, center, context):
        negatives = self.rng.choice(len(probs), size=self.k, p=probs)
        v = self.W_in[center]
        u_pos = self.W_out[context]
        u_neg = self.W_out[negatives]
        s_pos = sigmoid(u_pos @ v)
        s_neg = sigmoid(u_neg @ v)
        loss = -np.log(s_pos) - np.sum(np.log(1 - s_neg))
        g_pos = s_pos - 1
        g_neg = s_neg
        grad_v = g_pos * u_pos + g_neg @ u_neg
        self.W_out[context] -= self.lr * g_pos * v
        np.add.at(self.W_out, negatives, -self.lr * np.outer(g_neg, v))
        self.W_in[center] -= self.lr * grad_v
        return loss


model = SkipGram(len(vocab), 6)
window = 2
for epoch in range(2):
    epoch_loss, pairs = 0.0, 0
    for pos, c in enumerate(ids):
        for j in range(max(0, pos - window), min(len(ids), pos + window + 1)):
            if j != pos:
                epoch_loss += model.step(c, ids[j])
                pairs += 1
    print(epoch, epoch_loss / pairs)
