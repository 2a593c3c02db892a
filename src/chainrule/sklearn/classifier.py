"""The classifier."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import column_or_1d
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import (
    check_classification_targets,
    type_of_target,
    unique_labels,
)
from sklearn.utils.validation import check_is_fitted, validate_data

from chainrule.nn.losses import Labels, Loss, loss_of
from chainrule.program import Array, UsageError
from chainrule.sklearn.callbacks import stochastic, with_callbacks
from chainrule.sklearn.estimator import NetworkEstimator
from chainrule.sklearn.losses import BINARY_LOG_LOSS, LOG_LOSS
from chainrule.train.loop.state import Data


@dataclass(eq=False, repr=False)
class MLPClassifier(ClassifierMixin, NetworkEstimator):  # type: ignore[misc]
    """A classifier that takes scikit-learn's ``MLPClassifier``'s place.

    Beyond it: ``activation`` and ``solver`` are any of ours, the activation also one a layer; ``loss``,
    ``class_weight``, ``dropout``, ``batch_norm``; ``layers(X)``, ``gradients(X, y)`` and ``example(X, y)`` show the
    inside.

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

    loss: Any = field(default="log_loss", kw_only=True)
    class_weight: Any = field(default=None, kw_only=True)
    """How much each class weighs: ``balanced``, or a weight by class."""

    def _loss_and_labels(self) -> tuple[Loss, Labels]:
        several = self._label_binarizer.y_type_ == "multiclass"
        kind: Labels = "one-hot" if several else "0/1"
        if self.loss == "log_loss":
            return (LOG_LOSS if several else BINARY_LOG_LOSS), kind
        output = "softmax" if several else "sigmoid"
        found = loss_of(self.loss, kind, output)
        takes: tuple[Labels, ...] = (kind, "real")
        fitting = next((one for one in takes if one in found.lines), None)
        if fitting is None:
            raise UsageError(
                "E413",
                f"{found.name} does not fit these classes",
                hint="use log_loss or mse",
            )
        return found, fitting

    def _validated(
        self, X: Any, y: Any, *, first: bool, once: bool
    ) -> tuple[Any, Array]:
        X, y = validate_data(
            self, X, y, accept_sparse=["csr", "csc"], multi_output=True,
            dtype=(np.float64, np.float32), reset=first,
        )  # fmt: skip
        check_classification_targets(y)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if not once and (first or not self.warm_start):
            self._label_binarizer = LabelBinarizer().fit(y)
            self.classes_ = self._label_binarizer.classes_
        else:
            self._require_known(unique_labels(y), once=once)
        return X, self._label_binarizer.transform(y).astype(X.dtype)

    def _require_known(self, known: Array, *, once: bool) -> None:
        if not once and self.warm_start and set(known) != set(self.classes_):
            message = (
                "warm_start can only be used where `y` has the same classes as in the previous call to"
                f" fit. Previously got {self.classes_}, `y` has {known}"
            )
            raise ValueError(message)
        if len(np.setdiff1d(known, self.classes_, assume_unique=True)):
            message = f"`y` has classes not in `self.classes_`. `self.classes_` has {self.classes_}. 'y' has {known}."
            raise ValueError(message)

    def _with_class_weight(self, Y: Array, weight: Array | None) -> Array | None:
        if self.class_weight is None:
            return weight
        labels = self._label_binarizer.inverse_transform(Y)
        each: Array = compute_sample_weight(self.class_weight, labels).astype(Y.dtype)
        return each if weight is None else each * weight

    def _strata(self, Y: Array) -> Array | None:
        if self.n_outputs_ != 1:
            return None
        # a class with a single row is called what it is called in the data
        classes: Array = np.asarray(self.classes_)[Y.ravel().astype(int)]
        return classes

    def _targets(self, y: Any) -> Array:
        labels = self._label_binarizer.transform(np.asarray(y))
        return np.asarray(labels, dtype=self.coefs_[0].dtype)

    def _labels(self, predicted: Array) -> Array:
        flat = predicted.ravel() if self.n_outputs_ == 1 else predicted
        return np.asarray(self._label_binarizer.inverse_transform(flat))

    def _score_of(self, predicted: Array, held: Data) -> float:
        true = self._label_binarizer.inverse_transform(held.Y)
        labels = self._labels(predicted)
        return float(accuracy_score(true, labels, sample_weight=held.weight))

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
            known = y if several else self.classes_
            self._label_binarizer = LabelBinarizer().fit(known)
        elif classes is not None and not np.array_equal(
            self.classes_, unique_labels(classes)
        ):
            message = f"`classes={classes!r}` is not the same as on last call to partial_fit, was: {self.classes_!r}"
            raise ValueError(message)
        return self._fit(X, y, sample_weight, once=True)

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
