import io

import numpy as np
import pandas as pd

CSV = """rooms,age,price
3,20,1.9
4,12,2.7
2,40,1.1
5,8,3.6
3,33,1.6
4,25,2.2
"""
df = pd.read_csv(io.StringIO(CSV))
df = (df - df.mean()) / df.std()
X = df[["rooms", "age"]].values
y = df["price"].values.reshape(-1, 1)
X = np.c_[np.ones(len(X)), X]

lam = 0.1
step = 0.05
n_iter = 300
theta = np.full((3, 1), 0.2)

history = []
for _ in range(n_iter):
    pred = X.dot(theta)
    cost = np.mean((pred - y) ** 2) + lam * np.sum(theta[1:] ** 2)
    history.append(float(cost))
    grad = 2 / len(y) * X.T.dot(pred - y)
    grad[1:] += 2 * lam * theta[1:]
    theta = theta - step * grad
print(pd.Series(history).tail(3).tolist())
