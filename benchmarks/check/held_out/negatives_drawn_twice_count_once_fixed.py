import numpy as np
import random


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def draw_others(o, n_words, K):
    negs = [None] * K
    for k in range(K):
        k_new = random.randint(0, n_words - 1)
        while k_new == o:
            k_new = random.randint(0, n_words - 1)
        negs[k] = k_new
    return negs


def pair_loss(v_c, o, U, negs):
    g_c = np.zeros(v_c.shape)
    g_U = np.zeros(U.shape)

    p_o = sigmoid(U[o].dot(v_c))
    loss = -np.log(p_o)
    g_c += (p_o - 1) * U[o]
    g_U[o] += (p_o - 1) * v_c

    z = sigmoid(-U[negs].dot(v_c))
    loss -= np.sum(np.log(z))
    g_c += (1 - z).dot(U[negs])
    np.add.at(g_U, negs, np.outer(1 - z, v_c))
    return loss, g_c, g_U


random.seed(314)
np.random.seed(9265)
words = ["a", "b", "c", "d"]
corpus = [("c", "a"), ("b", "d"), ("a", "c")]
number_of = {w: i for i, w in enumerate(words)}
V = np.random.randn(4, 3)
U = np.random.randn(4, 3)
K = 6
for center, outside in corpus:
    c, o = number_of[center], number_of[outside]
    negs = draw_others(o, len(words), K)
    loss, gc, gu = pair_loss(V[c], o, U, negs)
    V[c] -= 0.1 * gc
    U -= 0.1 * gu
    print(center, outside, loss)
