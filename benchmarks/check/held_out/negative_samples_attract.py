import numpy as np

np.random.seed(17)
vocab_size, dim, negative = 9, 4, 3
vin = (np.random.rand(vocab_size, dim) - 0.5)
vout = (np.random.rand(vocab_size, dim) - 0.5)
alpha = 0.025
sentence = [3, 1, 7, 2]
window = 1


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


total = 0.0
for pos in range(1, 3):
    word = sentence[pos]
    for pos2 in (pos - 1, pos + 1):
        context = sentence[pos2]
        negs = np.random.choice([k for k in range(vocab_size) if k != word], negative, replace=False)
        h = vin[context].copy()
        f = sigmoid(np.dot(h, vout[word]))
        fneg = sigmoid(-vout[negs].dot(h))
        total -= np.log(f) + np.sum(np.log(fneg))

        work = (1.0 - f) * vout[word]
        vout[word] += alpha * (1.0 - f) * h
        for w, p in zip(negs, fneg):
            work += (1.0 - p) * vout[w]
            vout[w] -= alpha * (1.0 - p) * h
        vin[context] += alpha * work
