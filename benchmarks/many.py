"""Seconds to fit 64 digits networks, 8 rates by 8 seeds, at once and otherwise, in one run side by side.

``MLPSearchCV`` beside scikit-learn's ``GridSearchCV`` over its own ``MLPClassifier`` in as many processes as there are
cores, each scoring the same candidates on the same rows; and ``fit_many`` beside our own fits one after another. Both
pairs must have learnt the same before a time counts. CPU seconds are told beside seconds, those of processes that were
started included: on a machine that others use as well, seconds tell how busy these are.

    python benchmarks/many.py [--rounds 3] [--epochs 20] [--json results.json]
"""

import argparse
import json
import os
import statistics
import time
import warnings
from pathlib import Path

import numpy as np
import sklearn.neural_network
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV

import chainrule
import chainrule.sklearn
from chainrule.train.many import cores

# at a rate of 0.03 rounding is amplified until a few of 449 predictions differ
RATES, SEEDS = np.geomspace(1e-4, 1e-2, 8).tolist(), list(range(8))
BARS = {"scikit-learn": 10, "one after another": 1.8}
LAYERS = (64, 32)


def digits():
    X, y = load_digits(return_X_y=True)
    return X / 16, y


def searched(way, peer, epochs, **more):
    """A search over all candidates, each fitted once on three quarters of the rows and scored on the others."""
    X, y = digits()
    told = {"batch_size": 32, "max_iter": epochs, "tol": 0, "n_iter_no_change": epochs}
    rows = np.random.default_rng(0).permutation(len(X))
    folds = [(rows[len(X) // 4 :], rows[: len(X) // 4])]
    grid = {"learning_rate_init": RATES, "random_state": SEEDS}
    search = way(peer(LAYERS, **told), grid, cv=folds, refit=False, **more)
    return search.fit(X, y).cv_results_["mean_test_score"]


def members():
    return [
        chainrule.Network(LAYERS, learning_rate=rate, seed=seed)
        for rate in RATES
        for seed in SEEDS
    ]


def at_once(epochs):
    return [
        one.history_[-1]["loss"]
        for one in chainrule.fit_many(members(), *digits(), epochs=epochs)
    ]


def one_after_another(epochs):
    X, y = digits()
    return [one.fit(X, y, epochs=epochs).history_[-1]["loss"] for one in members()]


WAYS = {
    "MLPSearchCV": lambda epochs: searched(
        chainrule.sklearn.MLPSearchCV, chainrule.sklearn.MLPClassifier, epochs
    ),
    "scikit-learn": lambda epochs: searched(
        GridSearchCV, sklearn.neural_network.MLPClassifier, epochs, n_jobs=cores()
    ),
    "fit_many": at_once,
    "one after another": one_after_another,
}


def spent():
    """CPU seconds of this process and of those it has started, where Linux tells them."""
    own, ticks = os.getpid(), os.sysconf("SC_CLK_TCK")
    total = time.process_time()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == own:
            total += (int(words[11]) + int(words[12])) / ticks
    return total


def timed(way, epochs):
    """Seconds, CPU seconds, and what was learnt."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start, cpu = time.perf_counter(), spent()
        learnt = WAYS[way](epochs)
        return time.perf_counter() - start, spent() - cpu, learnt


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--json")
    options = parser.parse_args()
    print(
        f"{len(RATES) * len(SEEDS)} networks 64-64-32-10, {options.epochs} epochs, {cores()} cores"
    )
    ratios = {name: [] for name in BARS}
    for number in range(options.rounds):
        for ours, theirs in zip(list(WAYS)[::2], list(WAYS)[1::2], strict=True):
            (fast, cpu, found), (slow, slow_cpu, true) = (
                timed(way, options.epochs) for way in (ours, theirs)
            )
            if not np.allclose(found, true, rtol=1e-6):
                message = f"{ours} and {theirs} have not learnt the same"
                raise SystemExit(message)
            ratios[theirs].append(slow / fast)
            print(
                f"round {number + 1}: {ours} {fast:.2f} s (CPU {cpu:.2f}), {theirs} {slow:.2f} s"
                f" (CPU {slow_cpu:.2f}), ratio {slow / fast:.2f}"
                f" (CPU {slow_cpu / cpu:.2f}); load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
    for name, found in ratios.items():
        middle = statistics.median(found)
        print(f"against {name}: median ratio {middle:.2f}, bar {BARS[name]}")
    if options.json:
        Path(options.json).write_text(json.dumps(ratios, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
