import numpy as np

np.random.seed(23)

path = {0: [0, 1], 1: [0, 1, 2], 2: [0, 1, 2], 3: [0, 3], 4: [0, 3]}
code = {0: [0, 0], 1: [0, 1, 0], 2: [0, 1, 1], 3: [1, 0], 4: [1, 1]}
vin = np.random.uniform(-1, 1, (5, 4))
vnode = np.random.uniform(-1, 1, (4, 4))


def path_loss(center, word):
    l2 = vnode[path[word]]
    prod = np.dot(l2, vin[center])
    sgn = np.where(np.array(code[word]) == 0, 1.0, -1.0)
    return np.sum(np.log(1 + np.exp(-sgn * prod)))


def train_pair(center, word, alpha):
    l1 = vin[center].copy()
    l2 = vnode[path[word]]
    sgn = (-1.0) ** np.array(code[word])
    gb = -sgn / (1.0 + np.exp(sgn * np.dot(l2, l1)))
    vnode[path[word]] -= alpha * np.outer(gb, l1)
    vin[center] -= alpha * np.dot(gb, l2)


for center, word in ((0, 2), (3, 4), (1, 3)):
    loss = path_loss(center, word)
    train_pair(center, word, 0.05)
