import numpy as np


class RidgeByDescent:
    def __init__(self, data, labels):
        num_examples = data.shape[0]
        self.data = np.hstack((np.ones((num_examples, 1)), data))
        self.labels = labels
        self.theta = np.full((self.data.shape[1], 1), 0.3)

    def train(self, alpha, lambda_param=0, num_iterations=500):
        cost_history = []
        for _ in range(num_iterations):
            self.gradient_step(alpha, lambda_param)
            cost_history.append(self.cost_function(lambda_param))
        return self.theta, cost_history

    @staticmethod
    def hypothesis(data, theta):
        return data @ theta

    def cost_function(self, lambda_param):
        num_examples = self.data.shape[0]
        delta = RidgeByDescent.hypothesis(self.data, self.theta) - self.labels
        theta_cut = self.theta[1:, 0]
        reg_param = lambda_param * (theta_cut.T @ theta_cut)
        return ((delta.T @ delta)[0][0] + reg_param) / (2 * num_examples)

    def gradient_step(self, alpha, lambda_param):
        num_examples = self.data.shape[0]
        predictions = RidgeByDescent.hypothesis(self.data, self.theta)
        delta = predictions - self.labels
        reg_param = 1 - alpha * lambda_param / num_examples
        theta = self.theta.copy()
        theta[1:] = theta[1:] * reg_param - alpha * (1 / num_examples) * (delta.T @ self.data[:, 1:]).T
        # theta zero is not regularised
        theta[0] = theta[0] - alpha * (1 / num_examples) * (self.data[:, 0].T @ delta).T
        self.theta = theta


np.random.seed(12)
data = np.random.randn(10, 2)
labels = data @ np.array([[1.0], [-2.0]]) + 3 + 0.1 * np.random.randn(10, 1)
model = RidgeByDescent(data, labels)
theta, costs = model.train(0.1, 2.0, 4)
print(theta.T, costs)
