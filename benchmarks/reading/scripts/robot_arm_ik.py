import numpy as np

lengths = [1.0, 0.8, 0.5]
target = np.array([1.2, 1.1])
q = np.array([0.3, 0.4, 0.2])
alpha, tol = 0.1, 1e-4


def forward_kinematics(q):
    angle = 0.0
    p = np.zeros(2)
    for qi, l in zip(q, lengths):
        angle = angle + qi
        p = p + l * np.array([np.cos(angle), np.sin(angle)])
    return p


def jacobian(q):
    J = np.zeros((2, 3))
    for k in range(3):
        for i in range(k, 3):
            a = sum(q[: i + 1])
            J[0, k] += -lengths[i] * np.sin(a)
            J[1, k] += lengths[i] * np.cos(a)
    return J


for i in range(1000):
    e = forward_kinematics(q) - target
    distance = 0.5 * e @ e
    if distance < tol:
        print("reached after", i)
        break
    q = q - alpha * jacobian(q).T @ e
