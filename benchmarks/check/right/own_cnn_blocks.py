import numpy as np


class Conv3x3:

    def __init__(self, num_filters):
        self.num_filters = num_filters
        self.filters = np.random.randn(num_filters, 3, 3) / 9

    def windows(self, image):
        h, w = image.shape
        for i in range(h - 2):
            for j in range(w - 2):
                patch = image[i : (i + 3), j : (j + 3)]
                yield patch, i, j

    def forward(self, input):
        self.seen = input
        h, w = input.shape
        output = np.zeros((h - 2, w - 2, self.num_filters))
        for patch, i, j in self.windows(input):
            output[i, j] = np.sum(patch * self.filters, axis=(1, 2))
        return output

    def learn(self, dout, rate):
        dfilters = np.zeros(self.filters.shape)
        for patch, i, j in self.windows(self.seen):
            for f in range(self.num_filters):
                dfilters[f] += dout[i, j, f] * patch
        self.filters -= rate * dfilters
        return None


class MaxPool2:
    def windows(self, image):
        h, w, _ = image.shape
        for i in range(h // 2):
            for j in range(w // 2):
                yield image[(i * 2) : (i * 2 + 2), (j * 2) : (j * 2 + 2)], i, j

    def forward(self, input):
        self.seen = input
        h, w, num_filters = input.shape
        output = np.zeros((h // 2, w // 2, num_filters))
        for patch, i, j in self.windows(input):
            output[i, j] = np.amax(patch, axis=(0, 1))
        return output

    def learn(self, dout):
        dinput = np.zeros(self.seen.shape)
        for patch, i, j in self.windows(self.seen):
            h, w, f = patch.shape
            amax = np.amax(patch, axis=(0, 1))
            for di in range(h):
                for dj in range(w):
                    for df in range(f):
                        if patch[di, dj, df] == amax[df]:
                            dinput[i * 2 + di, j * 2 + dj, df] = dout[
                                i, j, df
                            ]
        return dinput


class Softmax:
    def __init__(self, input_len, nodes):
        self.weights = np.random.randn(input_len, nodes) / input_len
        self.biases = np.zeros(nodes)

    def forward(self, input):
        self.shape_seen = input.shape
        input = input.flatten()
        self.seen = input
        totals = np.dot(input, self.weights) + self.biases
        self.totals_seen = totals
        exp = np.exp(totals)
        return exp / np.sum(exp, axis=0)

    def learn(self, dout, rate):
        for i, gradient in enumerate(dout):
            if gradient == 0:
                continue
            powers = np.exp(self.totals_seen)
            S = np.sum(powers)
            dout_dt = -powers[i] * powers / (S**2)
            dout_dt[i] = powers[i] * (S - powers[i]) / (S**2)
            dt_dw = self.seen
            dt_db = 1
            dt_din = self.weights
            dt = gradient * dout_dt
            dw = dt_dw[np.newaxis].T @ dt[np.newaxis]
            db = dt * dt_db
            din = dt_din @ dt
            self.weights -= rate * dw
            self.biases -= rate * db
            return din.reshape(self.shape_seen)


np.random.seed(1)
pictures = np.random.randint(0, 256, (2, 6, 6))
answers = [2, 0]
conv = Conv3x3(2)
pool = MaxPool2()
softmax = Softmax(2 * 2 * 2, 3)


def forward(image, label):
    out = conv.forward((image / 255) - 0.5)
    out = pool.forward(out)
    out = softmax.forward(out)
    loss = -np.log(out[label])
    acc = 1 if np.argmax(out) == label else 0
    return out, loss, acc


def train(im, label, lr=0.005):
    out, loss, acc = forward(im, label)
    gradient = np.zeros(3)
    gradient[label] = -1 / out[label]
    gradient = softmax.learn(gradient, lr)
    gradient = pool.learn(gradient)
    gradient = conv.learn(gradient, lr)
    return loss, acc


for im, label in zip(pictures, answers):
    l, acc = train(im, label)
