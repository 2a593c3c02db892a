"""The regressor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import column_or_1d
from sklearn.utils.validation import check_is_fitted, validate_data

from chainrule.nn.losses import Labels, Loss, loss_of
from chainrule.program import Array, UsageError
from chainrule.sklearn.callbacks import stochastic, with_callbacks
from chainrule.sklearn.estimator import NetworkEstimator
from chainrule.sklearn.losses import POISSON, SQUARED_ERROR
from chainrule.train.loop.state import Data


@dataclass(eq=False, repr=False)
class MLPRegressor(RegressorMixin, NetworkEstimator):  # type: ignore[misc]
    """A regressor that takes scikit-learn's ``MLPRegressor``'s place, with what the classifier has beyond it.

    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = MLPRegressor(
    ...     hidden_layer_sizes=(8,),
    ...     solver="lbfgs",
    ...     alpha=1.0,
    ...     random_state=0,
    ...     max_iter=2000,
    ... )
    >>> bool(model.fit(X, y).score(X, y) > 0.4)
    True
    """

    def _loss_and_labels(self) -> tuple[Loss, Labels]:
        own = {"squared_error": SQUARED_ERROR, "poisson": POISSON}
        named = own.get(self.loss) if isinstance(self.loss, str) else None
        found = named or loss_of(self.loss, "real", "identity")
        if found.labels not in ("real", "counts"):
            raise UsageError(
                "E413",
                f"{found.name} is a loss for classes",
                hint="use squared_error, mae, huber or poisson",
            )
        return found, found.labels

    def _validated(
        self,
        X: Any,
        y: Any,
        *,
        first: bool,
        once: bool,  # noqa: ARG002 - the classifier's need
    ) -> tuple[Any, Array]:
        X, y = validate_data(
            self, X, y, accept_sparse=["csr", "csc"], multi_output=True, y_numeric=True,
            dtype=(np.float64, np.float32), reset=first,
        )  # fmt: skip
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if self.loss == "poisson" and np.any(y < 0):
            message = "Some value(s) of y are out of the valid range of the loss 'poisson': y must be >= 0."
            raise ValueError(message)
        return X, y.reshape(len(y), -1).astype(X.dtype)

    def _targets(self, y: Any) -> Array:
        array = np.asarray(y, dtype=self.coefs_[0].dtype)
        return array.reshape(len(array), -1)

    def _score_of(self, predicted: Array, held: Data) -> float:
        return float(r2_score(held.Y, predicted, sample_weight=held.weight))

    @stochastic
    @with_callbacks
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """One pass over some more samples."""
        return self._fit(X, y, sample_weight, once=True)

    def predict(self, X: Any) -> Array:
        """The predicted number, or numbers, of every sample."""
        check_is_fitted(self)
        predicted = self._forward(X)
        return predicted.ravel() if predicted.shape[1] == 1 else predicted
