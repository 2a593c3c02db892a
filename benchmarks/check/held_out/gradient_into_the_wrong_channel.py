import numpy as np

rng = np.random.RandomState(0)
# input (C, H, W), two convolutions after another, K filters each, valid
C, K, S = 2, 2, 2
image = rng.randn(C, 5, 5)
F1 = rng.randn(K, C, S, S) * 0.5
F2 = rng.randn(K, K, S, S) * 0.5
answer = rng.randn(K, 3, 3)


def fprop_conv(I, F):
    n_out = I.shape[1] - S + 1
    O = np.zeros((F.shape[0], n_out, n_out))
    for k in range(F.shape[0]):
        for h in range(n_out):
            for w in range(n_out):
                O[k, h, w] = np.sum(I[:, h:h + S, w:w + S] * F[k])
    return O


def bprop_conv(I, F, E):
    array_grad_I = np.zeros_like(I)
    for c in range(I.shape[0]):
        for k in range(F.shape[0]):
            for h in range(E.shape[1]):
                for w in range(E.shape[2]):
                    array_grad_I[k, h:h + S, w:w + S] += F[k, c] * E[k, h, w]
    return array_grad_I


def update_conv(I, F, E):
    U = np.zeros_like(F)
    for k in range(F.shape[0]):
        for h in range(E.shape[1]):
            for w in range(E.shape[2]):
                U[k] += I[:, h:h + S, w:w + S] * E[k, h, w]
    return U


A = fprop_conv(image, F1)
B = np.tanh(A)
O = fprop_conv(B, F2)
cost = 0.5 * np.sum((O - answer) ** 2)
E2 = O - answer
E1 = bprop_conv(B, F2, E2) * (1 - B ** 2)
U2 = update_conv(B, F2, E2)
U1 = update_conv(image, F1, E1)
F1 -= 0.01 * U1
F2 -= 0.01 * U2
