import numpy as np

np.random.seed(0)
corpus = [["the", "quick", "brown", "fox", "jumped", "over", "the", "dog"]]
vocab = sorted(set(corpus[0]))
n_words = len(vocab)
place_of = dict((word, i) for i, word in enumerate(vocab))
window, n, eta = 2, 3, 0.1


def hot(word):
    word_vec = [0 for i in range(0, n_words)]
    word_vec[place_of[word]] = 1
    return word_vec


pairs = []
for sentence in corpus:
    for i, word in enumerate(sentence):
        middle = hot(word)
        around = []
        for j in range(i - window, i + window + 1):
            if j != i and j <= len(sentence) - 1 and j >= 0:
                around.append(hot(sentence[j]))
        pairs.append([middle, around])


class WordVectors:
    def __init__(self):
        self.w1 = np.random.uniform(-0.9, 0.9, (n_words, n))
        self.w2 = np.random.uniform(-0.9, 0.9, (n, n_words))

    def softmax(self, x):
        e_x = np.exp(x - np.max(x))
        return e_x / e_x.sum(axis=0)

    def run(self, x):
        h = np.dot(self.w1.T, x)
        u = np.dot(self.w2.T, h)
        p_out = self.softmax(u)
        return p_out, h, u

    def learn(self, e, h, x):
        g_w2 = np.outer(h, e)
        g_w1 = np.outer(x, np.dot(self.w2, e.T))
        self.w1 = self.w1 - (eta * g_w1)
        self.w2 = self.w2 - (eta * g_w2)

    def train(self, pairs):
        for i in range(0, 1):
            self.loss = 0
            for w_t, w_c in pairs[:3]:
                p_hat, h, u = self.run(w_t)
                misses = np.sum([np.subtract(p_hat, word) for word in w_c], axis=0)
                self.learn(misses, h, w_t)
                self.loss += -np.sum([u[word.index(1)] for word in w_c]) + len(
                    w_c
                ) * np.log(np.sum(np.exp(u)))
            print("EPOCH:", i, "LOSS:", self.loss)


w2v = WordVectors()
w2v.train(pairs)
