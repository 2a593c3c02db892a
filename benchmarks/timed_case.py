"""A network whose training step is timed, with a batch of data that every way is given."""

from dataclasses import dataclass

import numpy as np

RATE = {"sgd": 0.01, "adam": 0.001}


@dataclass(frozen=True)
class Case:
    """A network, a batch, and how it is trained."""

    name: str
    sizes: tuple[int, ...]
    batch: int
    dtype: str = "float32"
    optimizer: str = "sgd"
    activation: str = "relu"

    @property
    def one(self):
        """Whether one output says yes or no, and not which class it is."""
        return self.sizes[-1] == 1

    @property
    def rate(self):
        return RATE[self.optimizer]

    def arrays(self):
        """Samples, labels, and the parameters in a row."""
        rng = np.random.default_rng(0)
        X = rng.normal(size=(self.batch, self.sizes[0])).astype(self.dtype)
        labels = rng.integers(0, max(self.sizes[-1], 2), self.batch)
        Y = labels[:, None] if self.one else np.eye(self.sizes[-1])[labels]
        parameters = []
        for shape in zip(self.sizes, self.sizes[1:], strict=False):
            W = rng.normal(size=shape) * np.sqrt(2 / shape[0])
            parameters += [W.astype(self.dtype), np.zeros(shape[1], self.dtype)]
        return X, Y.astype(self.dtype), parameters

    def times(self, least=1, most=1024):
        """How many batches an epoch has, the same one over and over: as long as they stay in a near cache."""
        weights = sum(a * b for a, b in zip(self.sizes, self.sizes[1:], strict=False))
        # a call that takes about a second is long enough
        least = min(least, 2 * 10**10 // (self.batch * weights) + 1)
        return min(max(2**19 // (4 * self.batch * self.sizes[0]), least), most)
