import numpy as np
rng = np.random.RandomState(5)
far = rng.randn(60)
room = np.array([0.5, -0.3, 0.1])
mic = np.convolve(far, room)[:60]
taps = np.zeros(3)
mu = 0.1
for n in range(3, 60):
    x = far[n - 2:n + 1][::-1]
    e = mic[n] - taps @ x
    taps = taps + mu * e * x
print(taps)
