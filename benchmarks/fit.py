"""Seconds to fit scikit-learn's digits: chainrule's MLPClassifier beside scikit-learn's own, told the same.

Both start from the same weights, see the same batches in the same order, and take the same number of epochs; the
two take turns, and the number is the median of the rounds. Before anything is timed, both must have learnt the
same: loss curves alike, the same classes predicted. The first fit of a process, which also derives the backward
pass and compiles the step, is timed in processes of its own, imports not counted.

    python benchmarks/fit.py [--rounds 7] [--epochs 200] [--json results.json]
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import sklearn.neural_network
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

import chainrule.sklearn

CASES = {
    "(100,) adam": {"hidden_layer_sizes": (100,)},
    "(64, 32) adam": {"hidden_layer_sizes": (64, 32)},
    "(64, 32) adam, 32 a batch": {"hidden_layer_sizes": (64, 32), "batch_size": 32},
}
WAYS = {
    "chainrule": chainrule.sklearn.MLPClassifier,
    "scikit-learn": sklearn.neural_network.MLPClassifier,
}


def digits():
    X, y = load_digits(return_X_y=True)
    return X / 16, y


def fitted(way, case, epochs, X, y):
    """Seconds of one fit, and the fitted estimator."""
    settings = {**CASES[case], "max_iter": epochs, "tol": 0, "n_iter_no_change": epochs}
    model = WAYS[way](**settings, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        start = time.perf_counter()
        model.fit(X, y)
        return time.perf_counter() - start, model


def require_alike(case, epochs, X, y):
    """End, unless both have learnt the same."""
    ours, theirs = (fitted(way, case, epochs, X, y)[1] for way in WAYS)
    apart = np.abs(np.subtract(ours.loss_curve_, theirs.loss_curve_)).max()
    if apart > 1e-6 or not np.array_equal(ours.predict(X), theirs.predict(X)):
        message = f"{case}: not the same training, losses are {apart} apart"
        raise SystemExit(message)
    return float(ours.loss_), float(theirs.loss_)


def first(way, case, epochs):
    """Seconds of the first fit of a new process."""
    command = [sys.executable, __file__, "--first", way, case, str(epochs)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def measured(case, rounds, cold_rounds, epochs):
    """Median seconds by way, warm and first."""
    X, y = digits()
    losses = require_alike(case, epochs, X, y)
    warm, cold = {way: [] for way in WAYS}, {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            warm[way].append(fitted(way, case, epochs, X, y)[0])
    for _ in range(cold_rounds):
        for way in WAYS:
            cold[way].append(first(way, case, epochs))
    return {
        "seconds": {way: statistics.median(taken) for way, taken in warm.items()},
        "first": {way: statistics.median(taken) for way, taken in cold.items()},
        "loss": dict(zip(WAYS, losses, strict=True)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cold-rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--json")
    parser.add_argument("--first", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.first:
        way, case, epochs = options.first
        print(fitted(way, case, int(epochs), *digits())[0])
        return
    print(
        f"seconds to fit digits for {options.epochs} epochs, medians of {options.rounds} rounds"
        f" ({options.cold_rounds} new processes); {platform.machine()}, {os.cpu_count()} cores"
    )
    results = {}
    for case in CASES:
        found = measured(case, options.rounds, options.cold_rounds, options.epochs)
        results[case] = found
        told = []
        for kind in ("seconds", "first"):
            ours, theirs = (found[kind][way] for way in WAYS)
            name = "fit" if kind == "seconds" else "first fit"
            told.append(
                f"{name}: chainrule {ours:.3f}, scikit-learn {theirs:.3f}, ratio {theirs / ours:.2f}"
            )
        print(f"{case:26} {'  |  '.join(told)}", flush=True)
    if options.json:
        told = {"digits": results, "epochs": options.epochs, "cores": os.cpu_count()}
        Path(options.json).write_text(json.dumps(told, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
