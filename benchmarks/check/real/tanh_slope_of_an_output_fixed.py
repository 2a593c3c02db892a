import math
import random

random.seed(11)


class Wire:
    def __init__(self):
        self.weight = random.uniform(-1, 1)


class Neuron:
    eta = 0.15

    def __init__(self, num_outputs, my_index):
        self.wires = [Wire() for _ in range(num_outputs)]
        self.my_index = my_index
        self.out_now = 1.0
        self.gradient = 0.0

    @staticmethod
    def bend(x):
        return math.tanh(x)

    @staticmethod
    def bend_slope(x):
        return 1.0 - x * x

    def push(self, prev_layer):
        total = 0.0
        for neuron in prev_layer:
            total += neuron.out_now * neuron.wires[self.my_index].weight
        self.out_now = Neuron.bend(total)

    def blame_output(self, target_val):
        delta = target_val - self.out_now
        self.gradient = delta * Neuron.bend_slope(self.out_now)

    def pull(self, next_layer):
        total = 0.0
        for n in range(len(next_layer) - 1):
            total += self.wires[n].weight * next_layer[n].gradient
        return total

    def blame_hidden(self, next_layer):
        dow = self.pull(next_layer)
        self.gradient = dow * Neuron.bend_slope(self.out_now)

    def learn(self, prev_layer):
        for neuron in prev_layer:
            move = Neuron.eta * neuron.out_now * self.gradient
            neuron.wires[self.my_index].weight += move


class Net:
    def __init__(self, topology):
        self.layers = []
        for l, size in enumerate(topology):
            num_outputs = 0 if l == len(topology) - 1 else topology[l + 1]
            self.layers.append([Neuron(num_outputs, n) for n in range(size + 1)])

    def push(self, ins):
        for i, value in enumerate(ins):
            self.layers[0][i].out_now = value
        for l in range(1, len(self.layers)):
            for n in range(len(self.layers[l]) - 1):
                self.layers[l][n].push(self.layers[l - 1])

    def teach(self, goals):
        self.error = 0.0
        for n in range(len(self.layers[-1]) - 1):
            delta = goals[n] - self.layers[-1][n].out_now
            self.error += 0.5 * delta * delta
        for n in range(len(self.layers[-1]) - 1):
            self.layers[-1][n].blame_output(goals[n])
        for l in range(len(self.layers) - 2, 0, -1):
            for neuron in self.layers[l]:
                neuron.blame_hidden(self.layers[l + 1])
        for l in range(len(self.layers) - 1, 0, -1):
            for n in range(len(self.layers[l]) - 1):
                self.layers[l][n].learn(self.layers[l - 1])


net = Net([2, 3, 1])
for a, b in ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0)):
    net.push([a, b])
    net.teach([float(a != b)])
