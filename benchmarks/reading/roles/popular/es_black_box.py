import numpy as np
np.random.seed(3)
target = np.array([0.4, -0.2, 0.9])

def fitness(w):
    return -np.sum(np.square(target - w))

pop, sigma, alpha = 20, 0.1, 0.02
w = np.random.randn(3)
for i in range(40):
    if i % 10 == 0:
        print(i, w, fitness(w))
    noise = np.random.randn(pop, 3)
    R = np.zeros(pop)
    for j in range(pop):
        R[j] = fitness(w + sigma * noise[j])
    A = (R - np.mean(R)) / np.std(R)
    w = w + alpha / (pop * sigma) * np.dot(noise.T, A)
