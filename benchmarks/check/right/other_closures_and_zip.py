import numpy as np

# every layer is a function that returns its value and the way back


def linear(theta, x):
    w, b = theta

    def back(g):
        return (np.outer(x, g), g), w @ g
    return x @ w + b, back


def soft_relu(_, x):
    y = np.logaddexp(0, x)

    def back(g):
        return None, g * (1 - np.exp(-y))
    return y, back


def compose(layers, thetas, x):
    backs = []
    for f, theta in zip(layers, thetas):
        x, back = f(theta, x)
        backs.append(back)

    def all_back(g):
        grads = []
        for back in reversed(backs):
            grad, g = back(g)
            grads.append(grad)
        return grads[::-1], g
    return x, all_back


rng = np.random.default_rng(9)
layers = [linear, soft_relu, linear, soft_relu, linear]
sizes = [2, 4, 3, 1]
mats = [(rng.normal(size=(a, b)) / np.sqrt(a), np.zeros(b)) for a, b in zip(sizes, sizes[1:])]
thetas = [mats[0], None, mats[1], None, mats[2]]
examples = [(v, np.array([np.hypot(*v)])) for v in rng.normal(size=(3, 2))]
for x, y in examples:
    guess, go_back = compose(layers, thetas, x)
    grads, _ = go_back(guess - y)
    thetas = [t if t is None else tuple(p - 0.1 * g for p, g in zip(t, gs)) for t, gs in zip(thetas, grads)]
    print(0.5 * ((guess - y) ** 2).sum())
