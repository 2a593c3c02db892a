import numpy as np

np.random.seed(3)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_slope(x):
    fx = sigmoid(x)
    return fx * (1 - fx)


def mse_loss(y_true, y_pred):
    return ((y_true - y_pred) ** 2).mean()


class TinyNet:
    def __init__(self):
        self.w1 = np.random.normal()
        self.w2 = np.random.normal()
        self.w3 = np.random.normal()
        self.w4 = np.random.normal()
        self.w5 = np.random.normal()
        self.w6 = np.random.normal()
        self.b1 = np.random.normal()
        self.b2 = np.random.normal()
        self.b3 = np.random.normal()

    def predict(self, x):
        h1 = sigmoid(self.w1 * x[0] + self.w2 * x[1] + self.b1)
        h2 = sigmoid(self.w3 * x[0] + self.w4 * x[1] + self.b2)
        o1 = sigmoid(self.w5 * h1 + self.w6 * h2 + self.b3)
        return o1

    def train(self, data, answers):
        learn_rate = 0.1
        epochs = 1
        for epoch in range(epochs):
            for x, y_true in zip(data, answers):
                in_h1 = self.w1 * x[0] + self.w2 * x[1] + self.b1
                h1 = sigmoid(in_h1)
                in_h2 = self.w3 * x[0] + self.w4 * x[1] + self.b2
                h2 = sigmoid(in_h2)
                in_o1 = self.w5 * h1 + self.w6 * h2 + self.b3
                o1 = sigmoid(in_o1)
                y_pred = o1

                dL_dy = -2 * (y_true - y_pred)

                dy_dw5 = h1 * sigmoid_slope(in_o1)
                dy_dw6 = h2 * sigmoid_slope(in_o1)
                dy_db3 = sigmoid_slope(in_o1)
                dy_dh1 = self.w5 * sigmoid_slope(in_o1)
                dy_dh2 = self.w6 * sigmoid_slope(in_o1)

                dh1_dw1 = x[0] * sigmoid_slope(in_h1)
                dh1_dw2 = x[1] * sigmoid_slope(in_h1)
                dh1_db1 = sigmoid_slope(in_h1)

                dh2_dw3 = x[0] * sigmoid_slope(in_h2)
                dh2_dw4 = x[1] * sigmoid_slope(in_h2)
                dh2_db2 = sigmoid_slope(in_h2)

                self.w1 -= learn_rate * dL_dy * dy_dh1 * dh1_dw1
                self.w2 -= learn_rate * dL_dy * dy_dh1 * dh1_dw2
                self.b1 -= learn_rate * dL_dy * dy_dh1 * dh1_db1
                self.w3 -= learn_rate * dL_dy * dy_dh2 * dh2_dw3
                self.w4 -= learn_rate * dL_dy * dy_dh2 * dh2_dw4
                self.b2 -= learn_rate * dL_dy * dy_dh2 * dh2_db2
                self.w5 -= learn_rate * dL_dy * dy_dw5
                self.w6 -= learn_rate * dL_dy * dy_dw6
                self.b3 -= learn_rate * dL_dy * dy_db3

            if epoch % 10 == 0:
                y_preds = np.apply_along_axis(self.predict, 1, data)
                loss = mse_loss(answers, y_preds)
                print("Epoch %d loss: %.3f" % (epoch, loss))


data = np.array([[-2, -1], [25, 6], [17, 4], [-15, -6]]) * 0.1
answers = np.array([1, 0, 0, 1])
network = TinyNet()
network.train(data, answers)
