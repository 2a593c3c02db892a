"""How well default settings do on scikit-learn's bundled sets, beside scikit-learn's and PyTorch's networks.

Five seeds, a quarter held out, inputs standardised on the training part. ``chainrule train`` with its own defaults must
reach the stated marks; ``chainrule.sklearn``, which has the shape and optimizer of the peers (scikit-learn's
defaults), must not be worse than a peer by more than one standard error of the difference.

    python benchmarks/accuracy.py [--seeds 5] [--first 0] [--json results.json]

The default decay of ``chainrule train``, 10 / rows, was chosen on the seeds 0 to 4; ``--seeds 10 --first 5`` are
splits that nothing was chosen on.
"""

import argparse
import importlib.util
import json
import statistics
import warnings
from pathlib import Path

import numpy as np
from sklearn import datasets, neural_network
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from chainrule.nn.options import usual
from chainrule.sklearn import MLPClassifier, MLPRegressor
from chainrule.train import Network
from chainrule.train.options import TableOptions
from chainrule.train.tabular import usual_decay

MARKS = {
    "digits": 0.97,
    "breast_cancer": 0.965,
    "wine": 0.97,
    "iris": 0.94,
    "diabetes": 0.38,
}


def ours(name, X, y, Z, seed):
    kind = MLPRegressor if name == "diabetes" else MLPClassifier
    return kind(random_state=seed).fit(X, y).predict(Z)


def command_line(name, X, y, Z, seed):
    """What ``chainrule train`` does with nothing said: its defaults, on the same split."""
    said = usual(TableOptions)
    network = Network(
        said["hidden"],
        activation=said["activation"][0],
        optimizer=said["optimizer"],
        l2=usual_decay(len(X)),
        seed=seed,
    )
    if name == "diabetes":
        network.fit(X, y[:, None], epochs=said["epochs"], batch_size=said["batch_size"])
        return network.predict(Z)[:, 0]
    binary = len(np.unique(y)) == 2
    labels = y[:, None].astype(float) if binary else y
    network.fit(X, labels, epochs=said["epochs"], batch_size=said["batch_size"])
    return network.classes(Z).ravel()


def scikit_learn(name, X, y, Z, seed):
    kind = (
        neural_network.MLPRegressor
        if name == "diabetes"
        else neural_network.MLPClassifier
    )
    return kind(random_state=seed).fit(X, y).predict(Z)


def pytorch(name, X, y, Z, seed):
    """The same network in PyTorch: 100 ReLU units, Adam, the same batches, decay and epochs."""
    import torch

    torch.manual_seed(seed)
    regression = name == "diabetes"
    binary = not regression and len(np.unique(y)) == 2
    n_out = 1 if regression or binary else len(np.unique(y))
    model = torch.nn.Sequential(
        torch.nn.Linear(X.shape[1], 100), torch.nn.ReLU(), torch.nn.Linear(100, n_out)
    )
    for layer in model[::2]:
        torch.nn.init.xavier_uniform_(layer.weight)
    inputs = torch.tensor(X, dtype=torch.float32)
    flat = regression or binary
    target = torch.tensor(y, dtype=torch.float32)[:, None] if flat else torch.tensor(y)
    batch = min(200, len(X))
    # scikit-learn halves the squared error, and divides its decay by the batch
    weights = [parameter for parameter in model.parameters() if parameter.ndim == 2]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    best, waited = float("inf"), 0
    for _ in range(200):
        total = 0.0
        order = torch.randperm(len(X))
        for start in range(0, len(X), batch):
            rows = order[start : start + batch]
            out = model(inputs[rows])
            if regression:
                loss = 0.5 * torch.mean((out - target[rows]) ** 2)
            elif binary:
                loss = torch.nn.functional.binary_cross_entropy_with_logits(
                    out, target[rows]
                )
            else:
                loss = torch.nn.functional.cross_entropy(out, target[rows])
            loss = loss + 0.5 * 1e-4 * sum((W**2).sum() for W in weights) / len(rows)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        mean = total / len(X)
        waited = waited + 1 if mean > best - 1e-4 else 0
        best = min(best, mean)
        if waited > 10:
            break
    with torch.no_grad():
        out = model(torch.tensor(Z, dtype=torch.float32)).numpy()
    if binary:
        return (out[:, 0] > 0).astype(int)
    return out[:, 0] if regression else out.argmax(axis=1)


WAYS = {
    "chainrule train": (command_line, "chainrule"),
    "chainrule.sklearn": (ours, "chainrule"),
    "scikit-learn": (scikit_learn, "sklearn"),
    "PyTorch": (pytorch, "torch"),
}


def scores(name, seeds):
    """Every way's score on the held-out quarter, seed by seed."""
    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    ways = {
        way: run
        for way, (run, module) in WAYS.items()
        if importlib.util.find_spec(module)
    }
    found = {way: [] for way in ways}
    for seed in seeds:
        split = train_test_split(
            X, y, random_state=seed, stratify=None if name == "diabetes" else y
        )
        train, test, known, true = split
        scaler = StandardScaler().fit(train)
        measure = r2_score if name == "diabetes" else accuracy_score
        # a target of some hundreds is out of reach of 200 small steps; it is standardised like the inputs
        middle, spread = (known.mean(), known.std()) if name == "diabetes" else (0, 1)
        target = (known - middle) / spread if name == "diabetes" else known
        for way, run in ways.items():
            predicted = run(
                name, scaler.transform(train), target, scaler.transform(test), seed
            )
            found[way].append(
                float(
                    measure(
                        true,
                        predicted * spread + middle
                        if name == "diabetes"
                        else predicted,
                    )
                )
            )
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=0, help="the first of the seeds")
    parser.add_argument("--sets", default=",".join(MARKS))
    parser.add_argument("--json")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    results, failures = {}, []
    for name, mark in MARKS.items():
        if name not in options.sets.split(","):
            continue
        found = scores(name, range(options.first, options.first + options.seeds))
        results[name] = found
        means = {way: statistics.mean(values) for way, values in found.items()}
        errors = {
            way: np.std(values, ddof=1) / np.sqrt(len(values))
            for way, values in found.items()
            if len(values) > 1
        }
        line = "  ".join(
            f"{way} {mean:.4f} ± {errors.get(way, 0):.4f}"
            for way, mean in means.items()
        )
        print(f"{name:14} mark {mark:<6} {line}", flush=True)
        if means["chainrule train"] < mark:
            failures.append(f"{name}: {means['chainrule train']:.4f} is below {mark}")
        for way in means:
            gaps = np.subtract(found[way], found["chainrule.sklearn"])
            error = gaps.std(ddof=1) / np.sqrt(len(gaps)) if len(gaps) > 1 else np.inf
            if not way.startswith("chainrule") and gaps.mean() > error + 1e-12:
                failures.append(
                    f"{name}: worse than {way} by {gaps.mean():.4f}, standard error {error:.4f}"
                )
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1), encoding="utf-8")
    print(
        "\n".join(failures)
        or "every mark reached, no peer better by more than a standard error"
    )
    raise SystemExit(bool(failures))


if __name__ == "__main__":
    main()
