import numpy as np

# damped pendulum, measured every 0.1 s
t = np.arange(0, 3, 0.1)
rng = np.random.RandomState(77)
angle = 0.3 * np.exp(-0.2 * t) * np.cos(3.1 * t) + 0.005 * rng.randn(t.size)


def model(params, t):
    amp, damp, omega = params
    return amp * np.exp(-damp * t) * np.cos(omega * t)


def gradient(params, t, angle):
    amp, damp, omega = params
    e = np.exp(-damp * t)
    r = model(params, t) - angle
    return np.array([
        np.sum(2 * r * e * np.cos(omega * t)),
        np.sum(2 * r * amp * -t * e * np.cos(omega * t)),
        np.sum(2 * r * amp * e * -t * np.sin(omega * t)),
    ])


params = np.array([0.25, 0.1, 3.0])
for k in range(30):
    chi2 = np.sum((model(params, t) - angle) ** 2)
    params = params - 0.01 * gradient(params, t, angle)
    if k % 10 == 0:
        print(k, chi2, params)
