import numpy as np

rng = np.random.default_rng(237)
hidden_size, n_in, lr = 4, 2, 0.1


class Cell:
    def __init__(self):
        self.U = rng.normal(size=(n_in, hidden_size)) * 0.7
        self.W = rng.normal(size=(hidden_size, hidden_size)) * 0.7
        self.b = np.zeros(hidden_size)

    def forward(self, x, h):
        new = np.tanh(x @ self.U + h @ self.W + self.b)
        return new, (x, h, new)

    def backward(self, dnew, memory):
        x, h, new = memory
        d = dnew * (1 - new ** 2)
        return np.outer(x, d), np.outer(h, d), d, self.W @ d


cell = Cell()
sequences = rng.normal(size=(3, 5, n_in))
goals = rng.uniform(-0.8, 0.8, size=(3, hidden_size))
for sequence, goal in zip(sequences, goals):
    h = np.zeros(hidden_size)
    memories = []
    for x in sequence:
        h, memory = cell.forward(x, h)
        memories.append(memory)
    loss = 0.5 * np.sum((h - goal) ** 2)

    dU, dW, db = np.zeros_like(cell.U), np.zeros_like(cell.W), np.zeros_like(cell.b)
    dh = h - goal
    for memory in reversed(memories):
        gU, gW, gb, dh = cell.backward(dh, memory)
        dU += gU
        dW += gW
        db += gb
    cell.U -= lr * dU
    cell.W -= lr * dW
    cell.b -= lr * db
    print(loss)
