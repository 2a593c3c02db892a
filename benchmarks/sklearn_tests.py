"""scikit-learn's own tests of its networks, from the scikit-learn that is installed, with our classes in their place.

    python benchmarks/sklearn_tests.py [--quick]

What fails is held against ``KNOWN``, which says why each does; ``--quick`` leaves out those that take longest.
"""

import argparse
import sys
import warnings

import pytest
import sklearn.neural_network

import chainrule.sklearn

PRIVATE = "reads an attribute of scikit-learn's that begins with _"
KNOWN = {
    "test_fit": PRIVATE,
    "test_gradient": PRIVATE,
    "test_learning_rate_warmstart": PRIVATE,
    "test_adaptive_learning_rate": PRIVATE,
    "test_n_iter_no_change": PRIVATE,
    "test_n_iter_no_change_inf": PRIVATE,
    "test_early_stopping_stratified": "wording: the class with one member is called as it is encoded, 1.0 and not True",
}
LONGEST = "test_partial_fit or test_multioutput or test_multilabel_classification"


class Outcomes:
    """A plugin of pytest that keeps which tests passed and which failed."""

    def __init__(self) -> None:
        self.passed: set[str] = set()
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called for each phase of each test."""
        name = report.nodeid.split("::")[-1]
        if report.failed:
            self.failed.add(name)
        elif report.when == "call" and report.passed:
            self.passed.add(name)


def main() -> int:
    """Run them; 1 if others failed than are known to, or if one of those passes."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--quick", action="store_true")
    options = reader.parse_args()
    for name in ("MLPClassifier", "MLPRegressor"):
        setattr(sklearn.neural_network, name, getattr(chainrule.sklearn, name))
    words = ["-q", "--tb=line", "-p", "no:cacheprovider", "-p", "no:xdist"]
    if options.quick:
        words += ["-k", f"not ({LONGEST})"]
    outcomes = Outcomes()
    with warnings.catch_warnings():
        pytest.main(
            ["--pyargs", "sklearn.neural_network.tests.test_mlp", *words],
            plugins=[outcomes],
        )
    for name in sorted(outcomes.failed):
        print(f"{name}: {KNOWN.get(name, 'NOT KNOWN')}")
    print(f"{len(outcomes.passed)} passed, {len(outcomes.failed)} did not")
    return int(outcomes.failed != set(KNOWN) or len(outcomes.passed) < 30)


if __name__ == "__main__":
    sys.exit(main())
