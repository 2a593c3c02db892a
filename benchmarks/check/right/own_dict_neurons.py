from random import seed
from random import random
from math import exp


def make_net(n_inputs, n_hidden, n_outputs):
    network = list()
    hidden_layer = [
        {"weights": [random() for i in range(n_inputs + 1)]} for i in range(n_hidden)
    ]
    network.append(hidden_layer)
    output_layer = [
        {"weights": [random() for i in range(n_hidden + 1)]} for i in range(n_outputs)
    ]
    network.append(output_layer)
    return network


def weigh(weights, inputs):
    total = weights[-1]
    for i in range(len(weights) - 1):
        total += weights[i] * inputs[i]
    return total


def squash(total):
    return 1.0 / (1.0 + exp(-total))


def run_row(network, row):
    inputs = row
    for layer in network:
        next_inputs = []
        for neuron in layer:
            total = weigh(neuron["weights"], inputs)
            neuron["output"] = squash(total)
            next_inputs.append(neuron["output"])
        inputs = next_inputs
    return inputs


def squash_slope(output):
    return output * (1.0 - output)


def spread_error(network, expected):
    for i in reversed(range(len(network))):
        layer = network[i]
        errors = list()
        if i != len(network) - 1:
            for j in range(len(layer)):
                error = 0.0
                for neuron in network[i + 1]:
                    error += neuron["weights"][j] * neuron["delta"]
                errors.append(error)
        else:
            for j in range(len(layer)):
                neuron = layer[j]
                errors.append(neuron["output"] - expected[j])
        for j in range(len(layer)):
            neuron = layer[j]
            neuron["delta"] = errors[j] * squash_slope(neuron["output"])


def move_weights(network, row, step):
    for i in range(len(network)):
        inputs = row[:-1]
        if i != 0:
            inputs = [neuron["output"] for neuron in network[i - 1]]
        for neuron in network[i]:
            for j in range(len(inputs)):
                neuron["weights"][j] -= step * neuron["delta"] * inputs[j]
            neuron["weights"][-1] -= step * neuron["delta"]


def fit_net(network, train, step, rounds, n_outputs):
    for epoch in range(rounds):
        sum_error = 0
        for row in train:
            outputs = run_row(network, row)
            expected = [0 for i in range(n_outputs)]
            expected[row[-1]] = 1
            sum_error += sum(
                [(expected[i] - outputs[i]) ** 2 for i in range(len(expected))]
            )
            spread_error(network, expected)
            move_weights(network, row, step)
        print(">epoch=%d, lrate=%.3f, error=%.3f" % (epoch, step, sum_error))


seed(1)
dataset = [
    [2.78, 2.55, 0],
    [1.46, 2.36, 0],
    [3.39, 4.40, 0],
    [7.62, 2.75, 1],
    [5.33, 2.08, 1],
]
network = make_net(2, 2, 2)
fit_net(network, dataset, 0.5, 1, 2)
