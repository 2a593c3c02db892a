#!/usr/bin/env python
"""Logistic regression, the tidy way: argparse, a class, a main."""
import argparse

import numpy as np


class LogReg:
    def __init__(self, n_features, lr):
        self.w = np.zeros(n_features)
        self.b = 0.0
        self.lr = lr

    def predict_proba(self, X):
        return 1.0 / (1.0 + np.exp(-(X @ self.w + self.b)))

    def train_step(self, X, y):
        p = self.predict_proba(X)
        loss = -np.mean(y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12))
        grad_w = X.T @ (p - y) / len(y)
        grad_b = np.mean(p - y)
        self.w -= self.lr * grad_w
        self.b -= self.lr * grad_b
        return loss


def make_data(n=20, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2))
    y = (X[:, 0] + 0.5 * X[:, 1] > 0).astype(float)
    return X, y


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.3)
    parser.add_argument("--epochs", type=int, default=40)
    args = parser.parse_args(argv)
    X, y = make_data()
    model = LogReg(X.shape[1], args.lr)
    for epoch in range(args.epochs):
        loss = model.train_step(X, y)
        if epoch % 10 == 0:
            print(f"epoch {epoch:3d}  loss {loss:.4f}")


if __name__ == "__main__":
    main()
