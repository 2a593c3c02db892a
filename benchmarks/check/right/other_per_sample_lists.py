import math
import random

random.seed(2)
N_IN, N_HID = 3, 3  # the last input is always one
RATE, INERTIA = 0.4, 0.2

to_hidden = [[random.uniform(-0.5, 0.5) for h in range(N_HID)] for i in range(N_IN)]
to_out = [random.uniform(-1.5, 1.5) for h in range(N_HID)]
last_hidden = [[0.0] * N_HID for i in range(N_IN)]
last_out = [0.0] * N_HID


def ask(x):
    hidden = []
    for h in range(N_HID):
        s = 0.0
        for i in range(N_IN):
            s += x[i] * to_hidden[i][h]
        hidden.append(math.tanh(s))
    return hidden, math.tanh(sum(a * w for a, w in zip(hidden, to_out)))


def correct(x, hidden, out, wish):
    d_out = (1 - out * out) * (wish - out)
    d_hidden = []
    for h in range(N_HID):
        d_hidden.append((1 - hidden[h] ** 2) * d_out * to_out[h])
    for h in range(N_HID):
        last_out[h] = RATE * d_out * hidden[h] + INERTIA * last_out[h]
        to_out[h] += last_out[h]
    for i in range(N_IN):
        for h in range(N_HID):
            last_hidden[i][h] = RATE * d_hidden[h] * x[i] + INERTIA * last_hidden[i][h]
            to_hidden[i][h] += last_hidden[i][h]
    return 0.5 * (wish - out) ** 2


table = [((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((1, 1), 0)]
for epoch in range(2):
    error = 0.0
    for pair, wish in table:
        x = list(pair) + [1]
        hidden, out = ask(x)
        error += correct(x, hidden, out, wish)
    print(epoch, error)
