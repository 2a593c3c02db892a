import numpy as np

np.random.seed(0)


class Dense_Layer:
    def __init__(self, n_inputs, n_neurons):
        self.weights = 0.5 * np.random.randn(n_inputs, n_neurons)
        self.biases = 0.1 * np.random.randn(1, n_neurons)

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, flow):
        self.dweights = np.dot(self.inputs.T, flow)
        self.dbiases = np.sum(flow, axis=0, keepdims=True)
        self.passed = np.dot(flow, self.weights.T)


class Relu_Layer:
    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, flow):
        self.passed = flow.copy()
        self.passed[self.inputs <= 0] = 0


class Softmax_Entropy:
    def forward(self, inputs, y_true):
        powers = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = powers / np.sum(powers, axis=1, keepdims=True)
        clipped = np.clip(self.output, 1e-7, 1 - 1e-7)
        sure = clipped[range(len(y_true)), y_true]
        return np.mean(-np.log(sure))

    def backward(self, flow, y_true):
        samples = len(flow)
        self.passed = flow.copy()
        self.passed[range(samples), y_true] -= 1
        self.passed = self.passed / samples


class Adam_Steps:
    def __init__(
        self, learning_rate=0.001, decay=0.0, epsilon=1e-7, beta_1=0.9, beta_2=0.999
    ):
        self.learning_rate = learning_rate
        self.rate_now = learning_rate
        self.decay = decay
        self.iterations = 0
        self.epsilon = epsilon
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def before(self):
        if self.decay:
            self.rate_now = self.learning_rate * (
                1.0 / (1.0 + self.decay * self.iterations)
            )

    def move(self, layer):
        if not hasattr(layer, "w_square"):
            layer.w_mean = np.zeros_like(layer.weights)
            layer.w_square = np.zeros_like(layer.weights)
            layer.b_mean = np.zeros_like(layer.biases)
            layer.b_square = np.zeros_like(layer.biases)
        layer.w_mean = (
            self.beta_1 * layer.w_mean + (1 - self.beta_1) * layer.dweights
        )
        layer.b_mean = (
            self.beta_1 * layer.b_mean + (1 - self.beta_1) * layer.dbiases
        )
        w_mean_fair = layer.w_mean / (
            1 - self.beta_1 ** (self.iterations + 1)
        )
        b_mean_fair = layer.b_mean / (
            1 - self.beta_1 ** (self.iterations + 1)
        )
        layer.w_square = (
            self.beta_2 * layer.w_square + (1 - self.beta_2) * layer.dweights**2
        )
        layer.b_square = (
            self.beta_2 * layer.b_square + (1 - self.beta_2) * layer.dbiases**2
        )
        w_square_fair = layer.w_square / (
            1 - self.beta_2 ** (self.iterations + 1)
        )
        b_square_fair = layer.b_square / (
            1 - self.beta_2 ** (self.iterations + 1)
        )
        layer.weights += (
            -self.rate_now
            * w_mean_fair
            / (np.sqrt(w_square_fair) + self.epsilon)
        )
        layer.biases += (
            -self.rate_now
            * b_mean_fair
            / (np.sqrt(b_square_fair) + self.epsilon)
        )

    def after(self):
        self.iterations += 1


X = np.random.randn(9, 2)
y = np.array([0, 1, 2, 0, 1, 2, 1, 1, 0])
dense1 = Dense_Layer(2, 5)
activation1 = Relu_Layer()
dense2 = Dense_Layer(5, 3)
head = Softmax_Entropy()
optimizer = Adam_Steps(learning_rate=0.02, decay=1e-3)
for epoch in range(3):
    dense1.forward(X)
    activation1.forward(dense1.output)
    dense2.forward(activation1.output)
    loss = head.forward(dense2.output, y)
    predictions = np.argmax(head.output, axis=1)
    accuracy = np.mean(predictions == y)
    if not epoch % 100:
        print(f"epoch: {epoch}, acc: {accuracy:.3f}, loss: {loss:.3f}")
    head.backward(head.output, y)
    dense2.backward(head.passed)
    activation1.backward(dense2.passed)
    dense1.backward(activation1.passed)
    optimizer.before()
    optimizer.move(dense1)
    optimizer.move(dense2)
    optimizer.after()
