import random
import math

STEP = 0.1


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def d_sigmoid(x):
    return x * (1 - x)


def cost(x):
    return x * x


def d_cost(x):
    return 2 * x


random.seed(3)
w1 = 2 * random.random() - 1
w2 = 2 * random.random() - 1
b1 = 0
b2 = 0


def run(x, w1, w2, b1, b2):
    h = sigmoid((x * w1) + b1)
    y = sigmoid((h * w2) + b2)
    return h, y


def moves(q_set, a_set, w1, w2, b1, b2):
    pick = random.randint(0, len(q_set) - 1)
    question = q_set[pick]
    answer = a_set[pick]
    h, guess = run(question, w1, w2, b1, b2)
    E = guess - answer
    loss = cost(E)

    slope_y = d_cost(E)
    slope_h = slope_y * d_sigmoid(guess) * w2

    delta_w2 = slope_y * d_sigmoid(guess) * h * STEP
    delta_w1 = slope_h * d_sigmoid(h) * question * STEP

    delta_b2 = slope_y * d_sigmoid(guess) * STEP
    delta_b1 = slope_h * d_sigmoid(h) * STEP

    return delta_b1, delta_b2, delta_w1, delta_w2


set_q = [1, 2, 3, 4]
set_a = [0.2, 0.4, 0.6, 0.8]
for i in range(3):
    delta_b1, delta_b2, delta_w1, delta_w2 = moves(set_q, set_a, w1, w2, b1, b2)
    b1 -= delta_b1
    b2 -= delta_b2
    w1 -= delta_w1
    w2 -= delta_w2
