"""Trainings whose C is compiled with sanitizers; a program of its own, for a sanitizer's library comes before Python.

``sanitized.py SANITIZERS layers``, ``random FIRST LAST``, ``"at once"`` or ``planted FAULT`` ends with another code than 0, and a report, at the first thing found.
"""

import ctypes
import dataclasses
import os
import sys
import threading
from itertools import cycle

# a compiler that is started from here needs no sanitizer
os.environ.pop("LD_PRELOAD", None)

import numpy as np
from random_trainings import TOLERANCE, apart, drawn

from chainrule import Network
from chainrule.engines.c import compiler
from chainrule.nn.image_layers import (
    AvgPool2d,
    Conv2d,
    Flatten,
    GlobalAvgPool,
    MaxPool2d,
    Reshape,
)
from chainrule.nn.layers import (
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    LayerNorm,
    Residual,
)
from chainrule.nn.sequence_layers import GRU, LSTM, RNN, Attention
from chainrule.nn.unit_layers import RMSNorm
from chainrule.program import ChainruleError
from chainrule.train import fit_many

IMAGE, TIMES, ROW = (2, 7, 5), (5, 3), (6,)
LAYERS = {
    "dense": (ROW, [Dense(9, "tanh"), Residual((Dense(9, "relu"),))]),
    "wide": (ROW, [Dense(65, "gelu"), Dense(33, "sigmoid")]),
    "dropout": (ROW, [Dense(13), Dropout(0.3)]),
    "batch norm": (ROW, [Dense(7, bias=False), BatchNorm(), Dense(5, "softplus")]),
    "norms": (ROW, [Dense(11), LayerNorm(), Dense(3), RMSNorm()]),
    "embedding": (ROW, [Embedding(4, 3, column=1), Dense(4, "silu")]),
    "reshape": (ROW, [Reshape((3, 2)), LSTM(3)]),
    "convolution": (IMAGE, [Conv2d(3, 3, padding=1, activation="relu"), MaxPool2d(2), Flatten()]),
    "strides": (IMAGE, [Conv2d(4, (2, 3), stride=2, bias=False), BatchNorm(), GlobalAvgPool()]),
    "padded pools": (IMAGE, [MaxPool2d(3, 2, 1), AvgPool2d(3, 1, 1), Conv2d(2, 1), Flatten()]),
    "same": (IMAGE, [Conv2d(2, 3, padding="same"), AvgPool2d((2, 1)), Flatten()]),
    "rnn": (TIMES, [RNN(5, return_sequences=True), RNN(4, "relu")]),
    "lstm": (TIMES, [LSTM(5, return_sequences=True), LSTM(3)]),
    "gru": (TIMES, [GRU(7), Dropout(0.2)]),
    "attention": (TIMES, [Dense(6), Attention(2, causal=True, bias=False), LayerNorm(), Flatten()]),
    "one head": (TIMES, [Attention(bias=False), RMSNorm(), GRU(2)]),
}  # fmt: skip
# rows and rows of a batch: an uneven last one, batches of one; one batch of fewer than were asked for
SIZES = [(23, 8, "float64"), (5, 1, "float32"), (7, 16, "float32")]


def sanitizing(names):
    """Let what is compiled from now on stop at what those sanitizers find."""
    found = compiler.compiler()
    assert not isinstance(found, compiler.Trouble), found.message
    more = ("-g", f"-fsanitize={names}", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")  # fmt: skip
    # as the product compiles, but quicker: what is wrong is wrong without vectors, too
    own = tuple("-O1" if one == "-O2" else one for one in found.options)
    made = dataclasses.replace(found, options=(*own, *more), identity=f"{found.identity}{more}")  # fmt: skip
    compiler.compiler = lambda: made


def same(layers, X, y, fit, options):
    """Train in NumPy and in C."""
    made = []
    for engine in ("numpy", "c"):
        network = Network(layers, **options)
        network.fit(X, y, **fit, engine=engine)
        assert str(network.engine_) == engine, network.engine_
        made.append(network)
    one, other = made
    tolerance = TOLERANCE[np.dtype(options["dtype"]).name]
    return apart(other.numbers_, one.numbers_) < tolerance


def layers():
    for (name, (shape, made)), (n, size, dtype) in zip(LAYERS.items(), cycle(SIZES)):
        rng = np.random.default_rng(n)
        X = rng.normal(size=(n, *shape)).astype(dtype)
        if name == "embedding":
            X[:, 1] = rng.integers(0, 4, n)
        yield name, [*made, Dense(3, "softmax")], X, rng.integers(0, 3, n), {"epochs": 2, "batch_size": size}, {"dtype": dtype, "seed": 1, "optimizer": "adam"}  # fmt: skip


def random(first, last):
    for seed in range(first, last):
        yield (str(seed), *drawn(seed))


def run(trainings):
    for name, *training in trainings:
        sys.stderr.write(f"{name}\n")
        try:
            assert same(*training), f"{name}: C and NumPy differ"
        except ChainruleError as error:
            # a loss that is no number ends both
            sys.stderr.write(f"{name}: {error}\n")


def at_once():
    """Several trainings in threads of their own, which share what is compiled, and the samples."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 6)), rng.integers(0, 3, 400)
    networks = [Network((Dense(9, "tanh"), Dropout(0.2), 5), seed=seed) for seed in range(4)]  # fmt: skip
    fit_many(networks, X, y, epochs=3, batch_size=32, engine="c", threads=4)
    assert {str(one.engine_) for one in networks} == {"c"}


PLANTED = """
__attribute__((visibility("default"))) void entry(double *x, long n) { x[n] = 1; }
__attribute__((visibility("default"))) int shift(int by) { return 1 << by; }
static long count;
__attribute__((visibility("default"))) long counted(long n)
{
    for (long i = 0; i < n; i++)
        count += i & *(volatile long *)&count;
    return count;
}
"""


def planted(which):
    """What each sanitizer is there to see."""
    made = compiler.require(compiler.library(PLANTED))
    if which == "entry":
        made.entry(ctypes.c_void_p(np.ones(100).ctypes.data), ctypes.c_long(100))
    elif which == "shift":
        made.shift(40)
    else:
        for one in (both := [threading.Thread(target=made.counted, args=(10**6,)) for _ in range(2)]):  # fmt: skip
            one.start()
        for one in both:
            one.join()


if __name__ == "__main__":
    sanitizers, what, *between = sys.argv[1:]
    sanitizing(sanitizers)
    if what == "at once":
        at_once()
    elif what == "planted":
        planted(*between)
    else:
        run(layers() if what == "layers" else random(*map(int, between)))
    sys.stderr.write("all are done\n")
