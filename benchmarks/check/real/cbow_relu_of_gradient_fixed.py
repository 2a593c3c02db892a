import numpy as np

np.random.seed(1)
vocab = ['i', 'am', 'happy', 'because', 'learning']
word2ind = {w: i for i, w in enumerate(vocab)}
V = len(vocab)
N = 3
words = ['i', 'am', 'happy', 'because', 'i', 'am', 'learning']
C = 2


def word_to_one_hot_vector(word):
    one_hot_vector = np.zeros(V)
    one_hot_vector[word2ind[word]] = 1
    return one_hot_vector


def context_words_to_vector(context_words):
    return np.mean([word_to_one_hot_vector(w) for w in context_words], axis=0)


def get_windows(words, C):
    i = C
    while i < len(words) - C:
        yield words[(i - C):i] + words[(i + 1):(i + C + 1)], words[i]
        i += 1


W1 = np.random.randn(N, V) * 0.5
W2 = np.random.randn(V, N) * 0.5
b1 = np.random.randn(N, 1) * 0.5
b2 = np.random.randn(V, 1) * 0.5
alpha = 0.03
for context_words, center_word in get_windows(words, C):
    x = context_words_to_vector(context_words).reshape(V, 1)
    y = word_to_one_hot_vector(center_word).reshape(V, 1)
    z1 = np.dot(W1, x) + b1
    h = np.maximum(0, z1)
    z2 = np.dot(W2, h) + b2
    e_z = np.exp(z2)
    y_hat = e_z / np.sum(e_z)
    loss = np.sum(-np.log(y_hat) * y)
    delta = np.dot(W2.T, y_hat - y)
    delta = delta * (z1 > 0)
    grad_W1 = np.dot(delta, x.T)
    grad_W2 = np.dot(y_hat - y, h.T)
    grad_b1 = delta
    grad_b2 = y_hat - y
    W1 = W1 - alpha * grad_W1
    W2 = W2 - alpha * grad_W2
    b1 = b1 - alpha * grad_b1
    b2 = b2 - alpha * grad_b2
