"""A search over settings in the manner of scikit-learn's, whose fits share what is compiled and run on threads."""

from __future__ import annotations

import warnings
from contextvars import copy_context
from functools import partial
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from joblib import parallel_config
from joblib.parallel import ThreadingBackend
from sklearn.model_selection import GridSearchCV, ParameterGrid, RandomizedSearchCV
from sklearn.utils._param_validation import Interval

from chainrule.train.loop.engine import ALIKE
from chainrule.train.members import cores

FOLDS = 5
"""How many fits a candidate is taken for, where it is guessed whether compiling pays."""


class Threads(ThreadingBackend):  # type: ignore[misc]
    """joblib's threads, in each of which the context is that of whoever made them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.context = copy_context()

    def submit(self, func: Any, callback: Any = None) -> Any:
        """Run ``func`` on one of the threads."""
        return super().submit(self._within(func), callback)

    def apply_async(self, func: Any, callback: Any = None) -> Any:
        """The same for joblib before 1.5."""
        return super().apply_async(self._within(func), callback)

    def _within(self, func: Any) -> Any:
        return partial(self.context.copy().run, func)


class MLPSearchCV(RandomizedSearchCV):  # type: ignore[misc]
    """``GridSearchCV`` and ``RandomizedSearchCV`` for our networks: the same scores, in a fraction of the time.

    Settings, attributes and methods are scikit-learn's; ``estimator`` is an ``MLPClassifier``, an ``MLPRegressor``, or a
    pipeline that ends in one. With ``n_iter`` so many candidates are drawn from lists and distributions; without it
    every combination of the lists is tried. Candidates that differ in their learning rate, ``alpha`` or seed share one
    compiled step; as many are fitted at once as there are cores, or ``n_jobs``. One that diverges scores
    ``error_score``, and the warning names its step.

    >>> from sklearn.datasets import load_iris
    >>> from chainrule.sklearn import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> network = MLPClassifier((16,), random_state=0, max_iter=60, tol=0.01)
    >>> search = MLPSearchCV(
    ...     network, {"learning_rate_init": [1e-5, 1e-2], "alpha": [0.1, 1e-4]}
    ... )
    >>> search.fit(X, y).best_params_["learning_rate_init"]
    0.01
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **RandomizedSearchCV._parameter_constraints,  # noqa: SLF001 - scikit-learn's way to say them
        "n_iter": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        estimator: Any,
        param_distributions: Any,
        *,
        n_iter: int | None = None,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: Any = "2*n_jobs",
        random_state: Any = None,
        error_score: Any = np.nan,
        return_train_score: bool = False,
    ) -> None:
        super().__init__(
            estimator,
            param_distributions,
            n_iter=n_iter,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            random_state=random_state,
            error_score=error_score,
            return_train_score=return_train_score,
        )

    @property
    def param_grid(self) -> Any:
        """The lists whose combinations are tried, as ``GridSearchCV`` calls them."""
        return self.param_distributions

    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Fit every candidate on every fold, and the best one on everything, as ``GridSearchCV.fit`` does.

        Raises:
            ValueError: where every fit fails, with the reasons; and for parameters that are none.
        """
        self._validate_params()
        n_candidates = self.n_iter or len(ParameterGrid(self.param_grid))
        before = ALIKE.set(n_candidates * FOLDS)
        n_jobs = cores() if self.n_jobs is None else self.n_jobs
        try:
            # scikit-learn's threads change the filters of warnings, each after the other
            with warnings.catch_warnings(), parallel_config(Threads(), n_jobs=n_jobs):
                fitted: Self = super().fit(X, y, **params)
                return fitted
        finally:
            ALIKE.reset(before)

    def _run_search(
        self, evaluate_candidates: Any, *, callback_ctx: Any = None
    ) -> None:
        # before scikit-learn 1.9 there are no callbacks to tell
        told = {} if callback_ctx is None else {"callback_ctx": callback_ctx}
        way = GridSearchCV if self.n_iter is None else RandomizedSearchCV
        way._run_search(self, evaluate_candidates, **told)  # noqa: SLF001 - what its subclasses give


__all__ = ["MLPSearchCV"]
