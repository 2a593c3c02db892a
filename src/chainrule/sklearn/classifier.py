"""The classifier."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import (
    check_classification_targets,
    type_of_target,
    unique_labels,
)
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
    BINARY_LOG_LOSS,
    LOG_LOSS,
)
from chainrule.train.state import Data


class MLPClassifier(ClassifierMixin, Network):  # type: ignore[misc]
    """A classifier that takes scikit-learn's ``MLPClassifier``'s place.

    Beyond it: ``activation`` and ``solver`` are any of ours, the activation also one a layer; ``class_weight``,
    ``dropout``, ``batch_norm``; ``layers(X)``, ``gradients(X, y)`` and ``example(X, y)`` show the inside.

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> bool(
    ...     MLPClassifier((16,), random_state=0, max_iter=500, tol=0.001)
    ...     .fit(X, y)
    ...     .score(X, y)
    ...     > 0.9
    ... )
    True
    """

    def __init__(
        self,
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
        loss: Any = "log_loss",
        class_weight: Any = None,
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
        self.class_weight = class_weight

    def _loss_and_labels(self) -> tuple[Loss, Any]:
        several = self._binarizer.y_type_ == "multiclass"
        if self.loss == "log_loss":
            return (LOG_LOSS, "one-hot") if several else (BINARY_LOG_LOSS, "0/1")
        chosen = loss_of(self.loss) if isinstance(self.loss, str) else self.loss
        kind = next(
            (kind for kind in chosen.lines if kind in ("one-hot", "0/1", "real")), None
        )
        if (
            kind is None
            or (several and kind == "0/1")
            or (kind == "one-hot" and not several)
        ):
            raise UsageError(
                "E413",
                f"{chosen.name} does not fit these classes",
                hint="use log_loss or mse",
            )
        return chosen, kind

    def _validated(
        self, X: Any, y: Any, *, first: bool, incremental: bool
    ) -> tuple[Array, Array]:
        X, y = validate_data(
            self, X, y, accept_sparse=["csr", "csc"], multi_output=True,
            dtype=(np.float64, np.float32), reset=first,
        )  # fmt: skip
        X = dense(X)
        check_classification_targets(y)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if not incremental and (first or not self.warm_start):
            self._binarizer = LabelBinarizer().fit(y)
            self.classes_ = self._binarizer.classes_
        else:
            known = unique_labels(y)
            if self.warm_start and not incremental and set(known) != set(self.classes_):
                message = (
                    "warm_start can only be used where `y` has the same classes as in the previous call to"
                    f" fit. Previously got {self.classes_}, `y` has {known}"
                )
                raise ValueError(message)
            if len(np.setdiff1d(known, self.classes_, assume_unique=True)):
                message = f"`y` has classes not in `self.classes_`. `self.classes_` has {self.classes_}. 'y' has {known}."
                raise ValueError(message)
        return X, self._binarizer.transform(y).astype(X.dtype)

    def _with_class_weight(self, Y: Array, weights: Array | None) -> Array | None:
        if self.class_weight is None:
            return weights
        from sklearn.utils.class_weight import compute_sample_weight

        labels = self._binarizer.inverse_transform(Y)
        each: Array = compute_sample_weight(self.class_weight, labels).astype(Y.dtype)
        return each if weights is None else each * weights

    def _stratified(self) -> bool:
        return bool(self.n_outputs_ == 1)

    def _targets(self, y: Any) -> Array:
        return np.asarray(
            self._binarizer.transform(np.asarray(y)), dtype=self.coefs_[0].dtype
        )

    def _some_targets(self, X: Any) -> Any:
        return self.predict(X)

    def _labels(self, predicted: Array) -> Array:
        return np.asarray(
            self._binarizer.inverse_transform(
                predicted.ravel() if self.n_outputs_ == 1 else predicted
            )
        )

    def _score_of(self, predicted: Array, held: Data) -> float:
        true = self._binarizer.inverse_transform(held.Y)
        return float(
            accuracy_score(true, self._labels(predicted), sample_weight=held.weight)
        )

    @stochastic
    @with_callbacks
    def partial_fit(
        self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None
    ) -> Self:
        """One pass over some more samples; ``classes`` names all there will be, on the first call."""
        if not hasattr(self, "classes_"):
            if classes is None:
                message = "classes must be passed on the first call to partial_fit."
                raise ValueError(message)
            self.classes_ = unique_labels(classes)
            several = type_of_target(y).startswith("multilabel")
            self._binarizer = LabelBinarizer().fit(y if several else self.classes_)
        elif classes is not None and not np.array_equal(
            self.classes_, unique_labels(classes)
        ):
            message = f"`classes={classes!r}` is not the same as on last call to partial_fit, was: {self.classes_!r}"
            raise ValueError(message)
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X: Any) -> Array:
        """The class of every sample."""
        check_is_fitted(self)
        return self._labels(self._forward(X))

    def predict_proba(self, X: Any) -> Array:
        """The probability of every class, in the order of ``classes_``."""
        check_is_fitted(self)
        predicted = self._forward(X)
        if self.n_outputs_ == 1:
            return np.hstack([1 - predicted, predicted])
        return predicted

    def predict_log_proba(self, X: Any) -> Array:
        """The logarithm of the probability of every class."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
