import math, random

random.seed(0)


def dot(v, w):
    return sum(v_i * w_i for v_i, w_i in zip(v, w))


def sigmoid(t):
    return 1 / (1 + math.exp(-t))


def fire(weights, inputs):
    return sigmoid(dot(weights, inputs))


def run_net(neural_network, vec):
    outputs = []
    for layer in neural_network:
        padded = vec + [1]
        output = [fire(neuron, padded) for neuron in layer]
        outputs.append(output)
        vec = output
    return outputs


def learn_one(network, vec, target):
    hidden_out, outputs = run_net(network, vec)

    out_deltas = [output * (1 - output) * (output - target[i]) for i, output in enumerate(outputs)]

    hid_deltas = [hidden_output * (1 - hidden_output) * dot(out_deltas, [n[i] for n in network[-1]])
                     for i, hidden_output in enumerate(hidden_out)]

    for i, cell in enumerate(network[-1]):
        for j, hidden_output in enumerate(hidden_out + [1]):
            cell[j] -= out_deltas[i] * hidden_output

    for i, cell_h in enumerate(network[0]):
        for j, input in enumerate(vec + [1]):
            cell_h[j] -= hid_deltas[i] * input


inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]
targets = [[0, 1], [1, 0], [1, 0], [0, 1]]
first_layer = [[random.random() for __ in range(2 + 1)] for __ in range(3)]
last_layer = [[random.random() for __ in range(3 + 1)] for __ in range(2)]
network = [first_layer, last_layer]

for __ in range(2):
    for vec, goal in zip(inputs, targets):
        learn_one(network, vec, goal)
