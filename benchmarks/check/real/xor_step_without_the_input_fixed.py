from math import exp

inputs = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
desired = [0.0, 1.0, 1.0, 0.0]
rate = 0.6

# bias, first, second
hiddenA = [0.3, 0.8, -0.5]
hiddenB = [-0.2, -0.6, 0.9]
outNode = [0.1, 0.7, 0.4]


def sig(t):
    return 1.0 / (1.0 + exp(-t))


for turn in range(2):
    for (p, q), wanted in zip(inputs, desired):
        a = sig(hiddenA[0] + hiddenA[1] * p + hiddenA[2] * q)
        b = sig(hiddenB[0] + hiddenB[1] * p + hiddenB[2] * q)
        guess = sig(outNode[0] + outNode[1] * a + outNode[2] * b)
        err = wanted - guess
        sq = 0.5 * err * err
        deltaOut = err * guess * (1.0 - guess)
        deltaA = deltaOut * outNode[1] * a * (1.0 - a)
        deltaB = deltaOut * outNode[2] * b * (1.0 - b)
        outNode[0] += rate * deltaOut
        outNode[1] += rate * deltaOut * a
        outNode[2] += rate * deltaOut * b
        hiddenA[0] += rate * deltaA
        hiddenA[1] += rate * deltaA * p
        hiddenA[2] += rate * deltaA * q
        hiddenB[0] += rate * deltaB
        hiddenB[1] += rate * deltaB * p
        hiddenB[2] += rate * deltaB * q
