import numpy as np

src = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.5, 0.4]])
dst = np.array([[0.1, 0.0], [1.2, 0.1], [1.1, 1.3], [-0.1, 0.9], [0.55, 0.5]])
h = np.array([1.0, 0.05, 0.1, 0.02, 1.1, 0.0, 0.01, 0.02])
hom = np.hstack((src, np.ones((len(src), 1))))
Hmat = np.append(h, 1).reshape((3, 3))
warped = hom.dot(Hmat.T)
warped = warped / warped[:, 2, np.newaxis]
cost = np.sum(np.square(warped[:, :2] - dst))
print("reprojection cost", cost)
