import numpy as np


class Filters:
    def __init__(self, count, side):
        self.count = count
        self.side = side
        self.kernels = np.random.randn(count, side, side) / (side ** 2)

    def pieces(self, image):
        rows, cols = image.shape
        self.image = image
        for h in range(rows - self.side + 1):
            for w in range(cols - self.side + 1):
                piece = image[h:(h + self.side), w:(w + self.side)]
                yield piece, h, w

    def look(self, image):
        rows, cols = image.shape
        seen = np.zeros((rows - self.side + 1, cols - self.side + 1, self.count))
        for piece, h, w in self.pieces(image):
            seen[h, w] = np.sum(piece * self.kernels, axis=(1, 2))
        return seen

    def blame(self, above, alpha):
        below = np.zeros(self.kernels.shape)
        for piece, h, w in self.pieces(self.image):
            for f in range(self.count):
                below[f] += piece * above[h, w, f]
        self.kernels -= alpha * below
        return below


class Maxima:
    def __init__(self, side):
        self.side = side

    def pieces(self, image):
        self.image = image
        for h in range(image.shape[0] // self.side):
            for w in range(image.shape[1] // self.side):
                s = self.side
                yield image[h * s:h * s + s, w * s:w * s + s], h, w

    def look(self, image):
        s = self.side
        kept = np.zeros((image.shape[0] // s, image.shape[1] // s, image.shape[2]))
        for piece, h, w in self.pieces(image):
            kept[h, w] = np.amax(piece, axis=(0, 1))
        return kept

    def blame(self, above):
        below = np.zeros(self.image.shape)
        for piece, h, w in self.pieces(self.image):
            top = np.amax(piece, axis=(0, 1))
            for a in range(piece.shape[0]):
                for b in range(piece.shape[1]):
                    for e in range(piece.shape[2]):
                        if piece[a, b, e] == top[e]:
                            below[h * self.side + a, w * self.side + b, e] = above[h, w, e]
        return below


np.random.seed(4)
image = np.random.rand(5, 5)
target = np.random.rand(2, 2, 2)
conv, pool = Filters(2, 2), Maxima(2)
for epoch in range(3):
    scores = pool.look(conv.look(image))
    loss = np.sum((scores - target) ** 2)
    gradient = pool.blame(2 * (scores - target))
    conv.blame(gradient, 0.05)
