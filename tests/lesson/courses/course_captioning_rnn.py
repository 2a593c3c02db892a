"""Captioning RNN: word embedding, rnn forward over T, temporal affine, temporal softmax."""
import numpy as np


def word_embedding_forward(x, W):
    return W[x]


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    return np.tanh(x.dot(Wx) + prev_h.dot(Wh) + b)


def rnn_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    prev_h = h0
    for t in range(T):
        prev_h = rnn_step_forward(x[:, t, :], prev_h, Wx, Wh, b)
        h[:, t, :] = prev_h
    return h


def temporal_affine_forward(x, w, b):
    N, T, D = x.shape
    M = b.shape[0]
    return x.reshape(N * T, D).dot(w).reshape(N, T, M) + b


def temporal_softmax_loss(x, y, mask):
    N, T, V = x.shape
    x_flat = x.reshape(N * T, V)
    y_flat = y.reshape(N * T)
    mask_flat = mask.reshape(N * T)
    probs = np.exp(x_flat - np.max(x_flat, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    return -np.sum(mask_flat * np.log(probs[np.arange(N * T), y_flat])) / N


rng = np.random.RandomState(0)
N, T, D, H, V = 2, 5, 3, 4, 6
features = rng.randn(N, 7)
captions = np.array([[1, 3, 5, 4, 2, 0], [1, 4, 4, 2, 0, 0]])
W_proj, b_proj = rng.randn(7, H) / 3, np.zeros(H)
W_embed = rng.randn(V, D) / 2
Wx, Wh, b = rng.randn(D, H) / 2, rng.randn(H, H) / 2, np.zeros(H)
W_vocab, b_vocab = rng.randn(H, V) / 2, np.zeros(V)

captions_in, captions_out = captions[:, :-1], captions[:, 1:]
mask = captions_out != 0
h0 = features.dot(W_proj) + b_proj
word_vectors = word_embedding_forward(captions_in, W_embed)
h = rnn_forward(word_vectors, h0, Wx, Wh, b)
scores = temporal_affine_forward(h, W_vocab, b_vocab)
loss = temporal_softmax_loss(scores, captions_out, mask)
