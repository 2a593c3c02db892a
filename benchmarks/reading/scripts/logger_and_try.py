import json
import logging
import sys

import numpy as np

logging.basicConfig(level=logging.INFO, stream=sys.stderr)
log = logging.getLogger("fit")
x = np.linspace(-1, 1, 12)
y = 1.5 * x**2 - 0.3 * x + 0.2
w = np.array([0.1, 0.1, 0.1])
lr = 0.05
V = np.vander(x, 3)
best = float("inf")
for it in range(400):
    pred = V @ w
    loss = np.mean(np.abs(pred - y) ** 2)
    try:
        if loss < best:
            best = float(loss)
    except ValueError:
        log.warning("loss is not a number")
        raise
    w = w - lr * 2 * V.T @ (pred - y) / len(x)
    if it % 100 == 0:
        log.info(json.dumps({"it": it, "loss": float(loss), "norm": float(np.linalg.norm(w))}))
