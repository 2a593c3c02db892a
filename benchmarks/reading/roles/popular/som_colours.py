import numpy as np
rng = np.random.RandomState(4)
colours = rng.random_sample((8, 3))
width, height = 4, 3
weights = rng.random_sample((width, height, 3))
radius0, rate0, n_iter = 2.0, 0.3, 6
for t in range(n_iter):
    radius = radius0 * np.exp(-t / n_iter)
    rate = rate0 * np.exp(-t / n_iter)
    for c in colours:
        bmu = np.argmin(np.sum((weights - c) ** 2, axis=2))
        bx, by = np.unravel_index(bmu, (width, height))
        for x in range(width):
            for y in range(height):
                d = np.sqrt((x - bx) ** 2 + (y - by) ** 2)
                h = np.exp(-(d ** 2) / (2 * radius ** 2))
                weights[x, y] += rate * h * (c - weights[x, y])
print(weights[0, 0])
