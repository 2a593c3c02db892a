import random
import math

LEARNING_RATE = 0.1


def sigmoid(x):
    return 1 / (1 + math.exp(-x))  # activation


def der_sigmoid(x):
    return x * (1 - x)  # derivative for already applied activation


def cost(x):
    return x * x  # squared error


def der_cost(x):
    return 2 * x


random.seed(3)
w1 = 2 * random.random() - 1
w2 = 2 * random.random() - 1  # initializing weights
b1 = 0  # biases
b2 = 0


def feedforward(x, w1, w2, b1, b2):
    h = sigmoid((x * w1) + b1)
    y = sigmoid((h * w2) + b2)
    return h, y


def backprop(q_set, a_set, w1, w2, b1, b2):
    rand_choice = random.randint(0, len(q_set) - 1)
    curr_q = q_set[rand_choice]
    curr_a = a_set[rand_choice]
    h, yHat = feedforward(curr_q, w1, w2, b1, b2)  # calculating guess
    E = yHat - curr_a  # Error
    loss = cost(E)

    gradient_y = der_cost(E)
    gradient_h = gradient_y * der_sigmoid(yHat) * w2

    delta_w2 = gradient_y * der_sigmoid(yHat) * h * LEARNING_RATE
    delta_w1 = gradient_h * der_sigmoid(h) * curr_q * LEARNING_RATE

    delta_b2 = gradient_y * der_sigmoid(yHat) * LEARNING_RATE
    delta_b1 = gradient_h * der_sigmoid(h) * LEARNING_RATE

    return delta_b1, delta_b2, delta_w1, delta_w2


set_q = [1, 2, 3, 4]
set_a = [0.2, 0.4, 0.6, 0.8]
for i in range(3):
    delta_b1, delta_b2, delta_w1, delta_w2 = backprop(set_q, set_a, w1, w2, b1, b2)
    b1 -= delta_b1
    b2 -= delta_b2
    w1 -= delta_w1
    w2 -= delta_w2
