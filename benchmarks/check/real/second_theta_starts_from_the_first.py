import numpy as np

np.random.seed(6)
size = np.random.uniform(800, 4000, 14)
bedrooms = np.random.randint(1, 6, 14).astype(float)
price = 90 * size - 2000 * bedrooms + 50000 + np.random.randn(14) * 5000
x1 = (size - size.mean()) / size.std()
x2 = (bedrooms - bedrooms.mean()) / bedrooms.std()
y = price / 100000
n = len(y)

Theta = np.array([[0.1, -0.3, 0.4]])


def hypothesis(Theta):
    return Theta[0, 0] + Theta[0, 1] * x1 + Theta[0, 2] * x2


def costfunc(Theta):
    return np.sum((hypothesis(Theta) - y) ** 2) / (2 * n)


def gradientDescent(Theta, alpha, numIterations):
    costs = []
    for i in range(numIterations):
        miss = hypothesis(Theta) - y
        costs.append(costfunc(Theta))
        temp0 = Theta[0, 0] - alpha / n * np.sum(miss)
        temp1 = Theta[0, 1] - alpha / n * np.sum(miss * x1)
        temp2 = Theta[0, 1] - alpha / n * np.sum(miss * x2)
        Theta = np.array([[temp0, temp1, temp2]])
    return Theta, costs


alpha = 0.05
Theta, costs = gradientDescent(Theta, alpha, 5)
print(Theta, costs)
