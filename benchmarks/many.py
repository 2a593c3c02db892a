"""Seconds to fit 64 digits networks, 8 rates by 8 seeds, at once and otherwise, in one run side by side.

``MLPSearchCV`` beside scikit-learn's ``GridSearchCV`` over its own ``MLPClassifier`` in as many processes as there are
cores, each scoring the same candidates on the same rows; and ``fit_many`` beside our own fits one after another. Both
pairs must have learnt the same before a time counts. CPU seconds are told beside seconds, those of processes that were
started included: on a machine that others use as well, seconds tell how busy these are.

    python benchmarks/many.py [--rounds 3] [--epochs 20] [--json results.json]

With ``--on-jax 1024`` so many networks in single precision, all of them one program on JAX's device, beside the first eight of
them one after another there.
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
from chainrule.train.members import cores

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


def on_jax(n, epochs, n_alone=8):
    """Seconds a network, at once and one after another, each time with what is compiled for it compiled before."""
    X, y = digits()

    def made(count):
        # neighbours differ in their rates, so that the first are a search of their own
        pairs = [(rate, seed) for seed in range(n) for rate in RATES][:count]
        return [
            chainrule.Network(LAYERS, learning_rate=rate, seed=seed, dtype="float32")
            for rate, seed in pairs
        ]

    told = {"engine": "jax", "epochs": epochs}
    forms = []

    def ready(networks):
        for one in networks:
            one.data(X, y)
            one.plan.share(forms)
        return networks

    def spent(fit, count):
        networks = ready(made(count))
        start = time.perf_counter()
        found = fit(networks)
        seconds = time.perf_counter() - start
        return seconds, [one.history_[-1]["loss"] for one in found]

    def at_once(networks):
        return chainrule.fit_many(networks, X, y, **told)

    def one_by_one(networks):
        return [one.fit(X, y, **told) for one in networks]

    ways = {"at once": (at_once, n), "one after another": (one_by_one, n_alone)}
    found = {}
    for name, (fit, count) in ways.items():
        first, _ = spent(fit, count if fit is at_once else 1)
        print(f"{name}, compiled on the way: {first:.2f} s", flush=True)
        found[name] = spent(fit, count)
    (seconds, losses), (one_seconds, true) = found.values()
    if not np.allclose(losses[:n_alone], true, rtol=1e-2, atol=1e-3):
        message = f"at once and one by one have not learnt the same: {losses[:n_alone]}, {true}"
        raise SystemExit(message)
    each, one = seconds / n, one_seconds / n_alone
    print(
        f"at once {seconds:.2f} s, {1e3 * each:.3f} ms a network; one after another {1e3 * one:.1f} ms"
        f" (of {n_alone}): {one / each:.1f} times; apart {np.abs(np.divide(losses[:n_alone], true) - 1).max():.1e}"
    )


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
    parser.add_argument("--on-jax", type=int, metavar="N")
    options = parser.parse_args()
    if options.on_jax:
        on_jax(options.on_jax, options.epochs)
        return
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
