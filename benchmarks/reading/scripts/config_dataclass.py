from dataclasses import dataclass

import numpy as np


@dataclass
class Config:
    width: int = 3
    learning_rate: float = 0.05
    epochs: int = 100
    seed: int = 0


cfg = Config()
rng = np.random.default_rng(cfg.seed)
signal = rng.normal(size=20)
target = np.convolve(signal, [0.2, 0.5, 0.3], mode="valid")
kernel = rng.normal(size=cfg.width) * 0.1
offset = 0.0
log = []
for epoch in range(cfg.epochs):
    windows = np.lib.stride_tricks.sliding_window_view(signal, cfg.width)
    out = windows @ kernel[::-1] + offset
    train_loss = np.mean((out - target) ** 2)
    log.append({"epoch": epoch, "loss": round(float(train_loss), 6)})
    grad_out = 2 * (out - target) / out.size
    kernel = kernel - cfg.learning_rate * (grad_out @ windows)[::-1]
    offset = offset - cfg.learning_rate * grad_out.sum()
print(log[-1])
