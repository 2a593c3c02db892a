from numpy import exp, dot, zeros, array, log
from numpy.random import RandomState

rand = RandomState(1)
size = 5
vin = rand.uniform(-0.5, 0.5, (6, size))
vout = rand.uniform(-0.5, 0.5, (6, size))


def learn_pair(word, word2, alpha, labels, indices):
    l1 = vin[word2]
    back_to_input = zeros(l1.shape)
    loss = 0.0
    for label, w in zip(labels, indices):
        l2 = vout[w]
        fa = 1.0 / (1.0 + exp(-dot(l1, l2)))
        loss -= label * log(fa) + (1 - label) * log(1 - fa)
        ga = (label - fa) * alpha
        l2 += ga * l1
        back_to_input += ga * l2
    l1 += back_to_input
    return loss


labels = array([1.0, 0.0, 0.0])
for word, word2, others in ((0, 1, [4, 5]), (2, 1, [3, 5]), (2, 3, [0, 4])):
    loss = learn_pair(word, word2, 0.3, labels, [word] + others)
