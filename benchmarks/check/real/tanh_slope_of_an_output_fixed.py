import math
import random

random.seed(11)


class Connection:
    def __init__(self):
        self.weight = random.uniform(-1, 1)


class Neuron:
    eta = 0.15

    def __init__(self, num_outputs, my_index):
        self.output_weights = [Connection() for _ in range(num_outputs)]
        self.my_index = my_index
        self.output_val = 1.0
        self.gradient = 0.0

    @staticmethod
    def transfer_function(x):
        return math.tanh(x)

    @staticmethod
    def transfer_function_derivative(x):
        return 1.0 - x * x

    def feed_forward(self, prev_layer):
        total = 0.0
        for neuron in prev_layer:
            total += neuron.output_val * neuron.output_weights[self.my_index].weight
        self.output_val = Neuron.transfer_function(total)

    def calc_output_gradients(self, target_val):
        delta = target_val - self.output_val
        self.gradient = delta * Neuron.transfer_function_derivative(self.output_val)

    def sum_dow(self, next_layer):
        total = 0.0
        for n in range(len(next_layer) - 1):
            total += self.output_weights[n].weight * next_layer[n].gradient
        return total

    def calc_hidden_gradients(self, next_layer):
        dow = self.sum_dow(next_layer)
        self.gradient = dow * Neuron.transfer_function_derivative(self.output_val)

    def update_input_weights(self, prev_layer):
        for neuron in prev_layer:
            delta_weight = Neuron.eta * neuron.output_val * self.gradient
            neuron.output_weights[self.my_index].weight += delta_weight


class Net:
    def __init__(self, topology):
        self.layers = []
        for l, size in enumerate(topology):
            num_outputs = 0 if l == len(topology) - 1 else topology[l + 1]
            self.layers.append([Neuron(num_outputs, n) for n in range(size + 1)])

    def feed_forward(self, input_vals):
        for i, value in enumerate(input_vals):
            self.layers[0][i].output_val = value
        for l in range(1, len(self.layers)):
            for n in range(len(self.layers[l]) - 1):
                self.layers[l][n].feed_forward(self.layers[l - 1])

    def back_prop(self, target_vals):
        self.error = 0.0
        for n in range(len(self.layers[-1]) - 1):
            delta = target_vals[n] - self.layers[-1][n].output_val
            self.error += 0.5 * delta * delta
        for n in range(len(self.layers[-1]) - 1):
            self.layers[-1][n].calc_output_gradients(target_vals[n])
        for l in range(len(self.layers) - 2, 0, -1):
            for neuron in self.layers[l]:
                neuron.calc_hidden_gradients(self.layers[l + 1])
        for l in range(len(self.layers) - 1, 0, -1):
            for n in range(len(self.layers[l]) - 1):
                self.layers[l][n].update_input_weights(self.layers[l - 1])


net = Net([2, 3, 1])
for a, b in ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0)):
    net.feed_forward([a, b])
    net.back_prop([float(a != b)])
