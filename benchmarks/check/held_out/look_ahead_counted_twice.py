import numpy as np

rng = np.random.RandomState(17)
samples = rng.uniform(-1, 1, (10, 2))
targets = (np.abs(samples[:, :1]) + samples[:, 1:] ** 2) / 2
weight = [rng.normal(size=(2, 5)) * 0.8, rng.normal(size=(5, 1)) * 0.8]
bias = [np.zeros(5), np.zeros(1)]
lr, mu = 0.1, 0.8
velocity = [np.zeros_like(one) for one in weight + bias]


def interim_update(params):
    for p, v in zip(params, velocity):
        p += mu * v


def gradients():
    act = np.tanh(samples @ weight[0] + bias[0])
    out = act @ weight[1] + bias[1]
    err = (out - targets) / len(samples)
    back = err @ weight[1].T * (1 - act ** 2)
    mse = 0.5 * np.mean((out - targets) ** 2)
    return mse, [samples.T @ back, act.T @ err, back.sum(axis=0), err.sum(axis=0)]


def final_update(params, grads):
    for k, (p, g) in enumerate(zip(params, grads)):
        velocity[k] = mu * velocity[k] - lr * g
        p += velocity[k]


for epoch in range(4):
    params = weight + bias
    interim_update(params)
    mse, grads = gradients()
    final_update(params, grads)
    print("epoch", epoch, "mse", mse)
