import numpy as np

np.random.seed(27)
layer_sizes = [3, 4, 4, 2]
weights = [np.random.uniform(-1, 1, (n, m)) for m, n in zip(layer_sizes, layer_sizes[1:])]
biases = [np.random.uniform(-1, 1, (n, 1)) for n in layer_sizes[1:]]
learning_rate = 0.1


def activation(x):
    return 1.0 / (1.0 + np.exp(-x))


def derivative(y):
    return y * (1.0 - y)


def train(input_vector, target_vector):
    layers = [np.array(input_vector).reshape(-1, 1)]
    target = np.array(target_vector).reshape(-1, 1)
    for w, b in zip(weights, biases):
        layers.append(activation(w @ layers[-1] + b))
    for n in range(len(layers) - 1, 0, -1):
        errors = target - layers[n]
        gradients = derivative(layers[n]) * errors * learning_rate
        deltas = gradients @ layers[n - 1].T
        previous_error = weights[n - 1].T @ (derivative(layers[n]) * errors)
        biases[n - 1] = biases[n - 1] + gradients
        weights[n - 1] = weights[n - 1] + deltas
        target = previous_error + layers[n - 1]


train([0.5, -1.0, 2.0], [1, 0])
train([-0.3, 0.8, 0.1], [0, 1])
