import numpy as np

rng = np.random.default_rng(1)
features = rng.normal(size=(20, 2))
targets = features @ np.array([[1.5], [-0.7]]) + 0.3


def get_current_parameters(w):
    residual = features @ w - targets
    loss = float(np.mean(residual ** 2))
    gradient = 2 * features.T @ residual / len(features)
    return loss, gradient


w = rng.normal(size=(2, 1))
past_velocity = np.zeros_like(w)
momentum = 0.9
learning_rate = 0.05
steps = 0
while steps < 4:
    loss, gradient = get_current_parameters(w)
    velocity = past_velocity * momentum - learning_rate * gradient
    w = w + velocity
    past_velocity = velocity
    steps += 1
