import numpy as np


def applySigmoid(x, giveMeTheDerivative=False):
    if giveMeTheDerivative == True:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


# inputs and the outputs we want
inputs = np.array([[0, 0, 1],
                   [1, 1, 1],
                   [1, 0, 1],
                   [0, 1, 1]])
outputs = np.array([[0, 1, 1, 0]]).T

np.random.seed(1)
layer_one_weights = 2 * np.random.random((3, 4)) - 1
layer_two_weights = 2 * np.random.random((4, 1)) - 1

for i in range(3):
    layer_one_prediction = applySigmoid(np.dot(inputs, layer_one_weights))
    layer_two_prediction = applySigmoid(np.dot(layer_one_prediction, layer_two_weights))

    layer_two_error = outputs - layer_two_prediction
    if i % 1000 == 0:
        print("Error: " + str(0.5 * np.sum(layer_two_error ** 2)))
    layer_two_change_in_error = layer_two_error * applySigmoid(layer_two_prediction, True)

    layer_one_error = layer_two_change_in_error.dot(layer_two_weights.T)
    layer_one_change_in_error = layer_one_error * applySigmoid(layer_one_error, True)

    layer_two_weights += np.dot(layer_one_prediction.T, layer_two_change_in_error)
    layer_one_weights += np.dot(inputs.T, layer_one_change_in_error)
