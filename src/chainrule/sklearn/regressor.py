"""The regressor."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import column_or_1d
from sklearn.utils.validation import (
    check_is_fitted,
    validate_data,
)

from chainrule.nn import loss_of
from chainrule.nn.losses import Loss
from chainrule.program import Array, UsageError
from chainrule.sklearn.callbacks import stochastic, with_callbacks
from chainrule.sklearn.network import Network, dense
from chainrule.train.scikit import (
    POISSON,
    SQUARED_ERROR,
)
from chainrule.train.state import Data


class MLPRegressor(RegressorMixin, Network):  # type: ignore[misc]
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

    def __init__(
        self,
        loss: Any = "squared_error",
        hidden_layer_sizes: Any = (100,),
        activation: Any = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: Any = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: Any = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        dropout: float = 0.0,
        batch_norm: bool = False,
    ) -> None:
        super().__init__(
            hidden_layer_sizes, activation, loss=loss, solver=solver, alpha=alpha, batch_size=batch_size,
            learning_rate=learning_rate, learning_rate_init=learning_rate_init, power_t=power_t, max_iter=max_iter,
            shuffle=shuffle, random_state=random_state, tol=tol, verbose=verbose, warm_start=warm_start,
            momentum=momentum, nesterovs_momentum=nesterovs_momentum, early_stopping=early_stopping,
            validation_fraction=validation_fraction, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon,
            n_iter_no_change=n_iter_no_change, max_fun=max_fun, dropout=dropout, batch_norm=batch_norm,
        )  # fmt: skip

    def _loss_and_labels(self) -> tuple[Loss, Any]:
        own = {"squared_error": SQUARED_ERROR, "poisson": POISSON}
        if isinstance(self.loss, Loss):
            return self.loss, self.loss.labels
        chosen = own.get(self.loss) or loss_of(self.loss)
        if chosen.labels not in ("real", "counts"):
            raise UsageError(
                "E413",
                f"{chosen.name} is a loss for classes",
                hint="use squared_error, mae, huber or poisson",
            )
        return chosen, chosen.labels

    def _validated(
        self,
        X: Any,
        y: Any,
        *,
        first: bool,
        incremental: bool,  # noqa: ARG002 - the classifier's need
    ) -> tuple[Array, Array]:
        X, y = validate_data(
            self, X, y, accept_sparse=["csr", "csc"], multi_output=True, y_numeric=True,
            dtype=(np.float64, np.float32), reset=first,
        )  # fmt: skip
        X = dense(X)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if self.loss == "poisson" and np.any(y < 0):
            message = "Some value(s) of y are out of the valid range of the loss 'poisson': y must be >= 0."
            raise ValueError(message)
        return X, y.reshape(len(y), -1).astype(X.dtype)

    def _targets(self, y: Any) -> Array:
        array = np.asarray(y, dtype=self.coefs_[0].dtype)
        return array.reshape(len(array), -1)

    def _some_targets(self, X: Any) -> Any:
        return self.predict(X)

    def _offset(self, data: Data) -> float:
        """What scikit-learn's Poisson deviance has beside ours: a number that no weight can change."""
        if self.loss != "poisson":
            return 0.0
        each = (
            np.where(data.Y > 0, data.Y * np.log(np.where(data.Y > 0, data.Y, 1)), 0)
            - data.Y
        ).sum(axis=1)
        return float(np.average(each, weights=data.weight))

    def _score_of(self, predicted: Array, held: Data) -> float:
        return float(r2_score(held.Y, predicted, sample_weight=held.weight))

    @stochastic
    @with_callbacks
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """One pass over some more samples."""
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X: Any) -> Array:
        """The predicted number, or numbers, of every sample."""
        check_is_fitted(self)
        predicted = self._forward(X)
        return predicted.ravel() if predicted.shape[1] == 1 else predicted
