from numpy import exp, array, random, dot


class NeuralNetwork():
    def __init__(self):
        random.seed(1)
        l2 = 5
        l3 = 4
        self.w_one = 2 * random.random((3, l2)) - 1
        self.w_two = 2 * random.random((l2, l3)) - 1
        self.w_three = 2 * random.random((l3, 1)) - 1

    def __sigmoid(self, x):
        return 1 / (1 + exp(-x))

    def __sigmoid_derivative(self, x):
        return x * (1 - x)

    def train(self, patterns, wanted, rounds):
        for iteration in range(rounds):
            a2 = self.__sigmoid(dot(patterns, self.w_one))
            a3 = self.__sigmoid(dot(a2, self.w_two))
            output = self.__sigmoid(dot(a3, self.w_three))

            if iteration % 100 == 0:
                cost = 0.5 * ((wanted - output) ** 2).sum()
                print(cost)

            err4 = wanted - output
            del4 = err4 * self.__sigmoid_derivative(output)

            del3 = dot(self.w_three, del4.T) * (self.__sigmoid_derivative(a3).T)
            del2 = dot(self.w_two, del3) * (self.__sigmoid_derivative(a2).T)

            move3 = dot(a3.T, del4)
            move2 = dot(a2.T, del3.T)
            move1 = dot(patterns.T, del2.T)

            self.w_one += move1
            self.w_two += move2
            self.w_three += move3


neural_network = NeuralNetwork()
patterns = array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [0, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0]])
wanted = array([[0, 1, 1, 1, 1, 0, 0]]).T
neural_network.train(patterns, wanted, 3)
