"""What both estimators share: the parameters, the fitting, the predictions of the network."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state, shuffle
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

from chainrule.nn import activation as activation_of
from chainrule.nn.layers import Activation, BatchNorm, Dense, Dropout, Layer
from chainrule.nn.losses import Loss
from chainrule.program import Array, NonFiniteError
from chainrule.sklearn.callbacks import CallbackSupportMixin, with_callbacks
from chainrule.train.forward import predict
from chainrule.train.loop import Training
from chainrule.train.plan import Penalty, Plan
from chainrule.train.scikit import (
    Stopping,
    solver_of,
)
from chainrule.train.state import Data, Progress, Settings
from chainrule.train.step import Compiled, Limits

PREPARED: dict[str, tuple[Plan, dict[bool, Compiled]]] = {}
"""Plans and compiled steps of this process, so that a grid search derives each network once."""


class Network(CallbackSupportMixin, BaseEstimator):  # type: ignore[misc]
    """What classifier and regressor share: the parameters, the fitting, the predictions of the network."""

    def __init__(
        self,
        hidden_layer_sizes: Any,
        activation: Any,
        *,
        loss: Any,
        solver: str,
        alpha: float,
        batch_size: Any,
        learning_rate: str,
        learning_rate_init: float,
        power_t: float,
        max_iter: int,
        shuffle: bool,
        random_state: Any,
        tol: float,
        verbose: Any,
        warm_start: bool,
        momentum: float,
        nesterovs_momentum: bool,
        early_stopping: bool,
        validation_fraction: float,
        beta_1: float,
        beta_2: float,
        epsilon: float,
        n_iter_no_change: float,
        max_fun: int,
        dropout: float,
        batch_norm: bool,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.loss = loss
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.dropout = dropout
        self.batch_norm = batch_norm

    # the network

    def _sizes(self) -> list[int]:
        sizes = self.hidden_layer_sizes
        listed = list(sizes) if hasattr(sizes, "__iter__") else [sizes]
        if any(size <= 0 for size in listed):
            message = f"hidden_layer_sizes must be > 0, got {listed}."
            raise ValueError(message)
        return [int(size) for size in listed]

    def _activations(self, n_hidden: int) -> list[str]:
        given = self.activation
        names = [given] * n_hidden if isinstance(given, str) else list(given)
        if len(names) != n_hidden:
            message = f"activation has {len(names)} names for {n_hidden} hidden layers"
            raise ValueError(message)
        return [activation_of(name).name for name in names]

    def _layers(self, n_outputs: int, last: str) -> tuple[Layer, ...]:
        sizes = self._sizes()
        layers: list[Layer] = []
        for size, name in zip(sizes, self._activations(len(sizes)), strict=True):
            layers.append(Dense(size))
            if self.batch_norm:
                layers.append(BatchNorm())
            if name != "identity":
                layers.append(Activation(name))
            if self.dropout:
                layers.append(Dropout(self.dropout))
        return (*layers, Dense(n_outputs, last))

    def _prepare(
        self, n_features: int, n_outputs: int, dtype: str
    ) -> tuple[Plan, dict[bool, Compiled]]:
        loss, kind = self._loss_and_labels()
        layers = self._layers(n_outputs, loss.output)
        penalty = Penalty(l2=float(self.alpha), per_sample=True)
        parts = (
            layers,
            n_features,
            loss.name,
            kind,
            dtype,
            penalty,
            self.solver,
            solver_of(self).settings,
        )
        key = repr((*parts, solver_of(self).name))
        if key not in PREPARED:
            if len(PREPARED) > 64:
                PREPARED.pop(next(iter(PREPARED)))
            PREPARED[key] = (
                Plan(layers, (n_features,), loss, kind, dtype, penalty),
                {},
            )
        return PREPARED[key]

    def _step(
        self, plan: Plan, steps: dict[bool, Compiled], *, weighted: bool
    ) -> Compiled:
        if weighted not in steps:
            steps[weighted] = plan.step(solver_of(self), Limits(), weighted=weighted)
        return steps[weighted]

    def _start(self, plan: Plan, dtype: Any) -> dict[str, Array]:
        """Weights and biases drawn as scikit-learn draws them, in its order."""
        numbers: dict[str, Array] = {}
        names = self._activations(len(self._sizes()))
        for name, start in plan.training.parameters.items():
            if name[0] in "Wb":
                # every layer is drawn with the hidden activation's factor, also the last
                number = int(name[1:])
                hidden = names[min(number, len(names)) - 1] if names else "identity"
                limit = math.sqrt(
                    (2.0 if hidden == "sigmoid" else 6.0) / sum(start.fans)
                )
                numbers[name] = self._random_state.uniform(
                    -limit, limit, start.shape
                ).astype(dtype)
            else:
                numbers[name] = np.full(
                    start.shape,
                    {"ones": 1, "zeros": 0}.get(start.initialiser, start.initialiser),
                    dtype,
                )
        for name, start in plan.training.state.items():
            numbers[name] = (np.ones if start.initialiser == "ones" else np.zeros)(
                start.shape, dtype
            )
        return numbers

    # fitting

    @with_callbacks
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit to samples in rows and their targets; ``sample_weight`` equals repetition."""
        return self._fit(X, y, sample_weight, incremental=False)

    def check_stochastic(self) -> bool:
        """Whether the solver takes steps on parts of the data."""
        if self.solver == "lbfgs":
            message = "partial_fit is only available for stochastic optimizers. lbfgs is not stochastic."
            raise AttributeError(message)
        return True

    def _fit(self, X: Any, y: Any, sample_weight: Any, *, incremental: bool) -> Self:
        self._check_parameters()
        first = not hasattr(self, "coefs_") or not (self.warm_start or incremental)
        X, Y = self._validated(X, y, first=first, incremental=incremental)
        weights = (
            None
            if sample_weight is None
            else _check_sample_weight(sample_weight, X, dtype=X.dtype)
        )
        weights = self._with_class_weight(Y, weights)
        self.n_outputs_ = Y.shape[1]
        self.n_layers_ = len(self._sizes()) + 2
        self._random_state = check_random_state(self.random_state)
        plan, steps = self._prepare(X.shape[1], Y.shape[1], X.dtype.name)
        self.out_activation_ = {"sigmoid": "logistic"}.get(
            plan.loss.output, plan.loss.output
        )
        if first:
            self._numbers = self._start(plan, X.dtype)
            self._state: dict[str, Array] | None = None
            self._stopping: Stopping | None = None
            self.t_ = 0
        self.n_iter_ = 0
        context = self._begin(X, y)
        try:
            if self.solver == "lbfgs":
                self._fit_lbfgs(plan, Data(X, Y, weights))
            else:
                self._fit_steps(
                    plan,
                    steps,
                    Data(X, Y, weights),
                    incremental=incremental,
                    context=context,
                )
        except NonFiniteError as problem:
            message = f"Solver produced non-finite parameter weights: {problem}"
            raise ValueError(message) from problem
        self._show()
        if context is not None:
            context.call_on_fit_task_end(
                estimator=self, X=X, y=y, reconstruction_attributes={}
            )
        return self

    def _begin(self, X: Any, y: Any) -> Any:
        if not hasattr(self, "_init_callback_context") or not getattr(
            self, "_skl_callbacks", None
        ):
            return None
        context = self._init_callback_context(max_subtasks=None)
        context.call_on_fit_task_begin(estimator=self, X=X, y=y)
        return context

    def _held_out(self, data: Data) -> tuple[Data, Data | None]:
        if not self.early_stopping:
            return data, None
        arrays = [data.X, data.Y, *([] if data.weight is None else [data.weight])]
        parts = train_test_split(
            *arrays,
            random_state=self._random_state,
            test_size=self.validation_fraction,
            stratify=data.Y if self._stratified() else None,
        )
        train, held = Data(*parts[::2]), Data(*parts[1::2])
        if len(held) < 2:
            message = "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
            raise ValueError(message)
        return train, held

    def _fit_steps(
        self,
        plan: Plan,
        steps: dict[bool, Compiled],
        data: Data,
        *,
        incremental: bool,
        context: Any,
    ) -> None:
        if self.early_stopping and incremental:
            message = "partial_fit does not support early_stopping=True"
            raise ValueError(message)
        data, held = self._held_out(data)
        solver = solver_of(self)
        parameters = {name: self._numbers[name] for name in plan.training.parameters}
        if self._stopping is None or not incremental:
            self._stopping = Stopping(
                self.tol, self.n_iter_no_change, self.early_stopping, self.learning_rate,
                self.learning_rate_init, self.power_t,
            )  # fmt: skip
        if self._state is None or not incremental:
            self._state = solver.start(parameters)
            self._n_steps = 0
        stopping = self._stopping
        n = len(data)
        index = np.arange(n)

        def order(_epoch: int, _n: int) -> Array:
            nonlocal index
            mixed: Array = shuffle(index, random_state=self._random_state)
            index = mixed
            return mixed

        running = {name: self._numbers[name] for name in plan.training.state}
        progress = Progress(parameters, self._state, running, step=self._n_steps)
        settings = Settings(
            epochs=1 if incremental else self.max_iter,
            batch_size=self._batch_size(n),
            shuffle=self.shuffle,
            seed=int(self._random_state.randint(2**31 - 1))
            if plan.training.masks
            else 0,
            optimizer=solver,
            schedule=stopping.schedule
            if self.solver == "sgd" and self.learning_rate != "constant"
            else None,
        )

        def judge(training: Training) -> bool:
            numbers = training.progress.everything()
            score = None if held is None else self._held_score(plan, numbers, held)
            loss = training.progress.history[-1]["loss"] + self._offset(data)
            self.n_iter_ = training.progress.epoch
            self.t_ += n
            if self.verbose:
                print(f"Iteration {self.n_iter_}, loss = {loss:.8f}")  # noqa: T201 - what verbose asks for
            stop = stopping.judge(loss, n, numbers, score)
            told = self._tell(context, training)
            return stop or told

        step = self._step(plan, steps, weighted=data.weight is not None)
        training = Training(
            plan, settings, data, progress, after_epoch=[judge], order=order, step=step
        )
        try:
            training.run()
        except KeyboardInterrupt:
            warnings.warn("Training interrupted by user.", stacklevel=4)
        else:
            if not incremental and not progress.stopped:
                message = (
                    f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the"
                    " optimization hasn't converged yet."
                )
                warnings.warn(message, ConvergenceWarning, stacklevel=4)
        self._numbers = dict(
            progress.everything() if stopping.best is None else stopping.best
        )
        self._state, self._n_steps = progress.state, progress.step
        self.loss_ = stopping.losses[-1]
        self.loss_curve_ = stopping.losses
        early = self.early_stopping
        self.best_loss_ = None if early else stopping.best_loss
        self.validation_scores_ = stopping.scores if early else None
        self.best_validation_score_ = stopping.best_score if early else None

    def _tell(self, context: Any, training: Training) -> bool:
        """Let scikit-learn's callbacks see an epoch."""
        if context is None:
            return False
        self._numbers = training.progress.copied()
        self._show()
        epoch = context.subcontext(task_name="epoch")
        epoch.call_on_fit_task_begin(estimator=self)
        shown = {"coefs_": self.coefs_, "intercepts_": self.intercepts_}
        return bool(
            epoch.call_on_fit_task_end(estimator=self, reconstruction_attributes=shown)
        )

    def _fit_lbfgs(self, plan: Plan, data: Data) -> None:
        """All samples at once, by SciPy's L-BFGS-B on the derived gradients."""
        from scipy.optimize import minimize

        names = list(plan.training.parameters)
        shapes = [self._numbers[name].shape for name in names]
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
        gradients, _ = plan.split_step(
            solver_of(self), Limits(), weighted=data.weight is not None
        )
        live: dict[str, Any] = {
            "X": data.X,
            "Y": data.Y,
            "weight": data.weight,
            **self._numbers,
        }

        def unpack(flat: Array) -> dict[str, Array]:
            parts = np.split(flat.astype(data.X.dtype), ends[:-1])
            return {
                name: part.reshape(shape)
                for name, part, shape in zip(names, parts, shapes, strict=True)
            }

        def loss_and_gradient(flat: Array) -> tuple[float, Array]:
            live.update(unpack(flat))
            with np.errstate(all="ignore"):
                loss, *found = gradients.function(
                    *[live[name] for name in gradients.inputs]
                )
            flat_gradient = np.concatenate(
                [np.ravel(one) for one in found[: len(names)]]
            )
            return float(loss), flat_gradient.astype(np.float64)

        start = np.concatenate(
            [np.ravel(self._numbers[name]) for name in names]
        ).astype(np.float64)
        options = {"maxfun": self.max_fun, "maxiter": self.max_iter, "gtol": self.tol}
        found = minimize(
            loss_and_gradient, start, method="L-BFGS-B", jac=True, options=options
        )
        if not found.success and found.status != 0:
            message = (
                f"lbfgs failed to converge (status={found.status}):\n{found.message}"
            )
            warnings.warn(message, ConvergenceWarning, stacklevel=5)
        self._numbers |= unpack(found.x)
        self.n_iter_ = min(int(found.nit), self.max_iter)
        self.loss_ = float(found.fun) + self._offset(data)

    def _show(self) -> None:
        self.coefs_ = [
            array for name, array in self._numbers.items() if name.startswith("W")
        ]
        self.intercepts_ = [
            array
            for name, array in self._numbers.items()
            if name.startswith("b") and name[1:].isdigit()
        ]

    def _batch_size(self, n: int) -> int:
        if self.batch_size == "auto":
            return min(200, n)
        if self.batch_size > n:
            warnings.warn(
                "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
                stacklevel=5,
            )
        return int(np.clip(self.batch_size, 1, n))

    def _check_parameters(self) -> None:
        if self.learning_rate not in ("constant", "invscaling", "adaptive"):
            message = f"learning_rate must be constant, invscaling or adaptive, got {self.learning_rate!r}"
            raise ValueError(message)
        if self.solver not in ("lbfgs", "sgd", "adam"):
            solver_of(self)
        for name, least in (
            ("alpha", 0),
            ("tol", 0),
            ("max_iter", 1),
            ("learning_rate_init", 0),
        ):
            number = getattr(self, name)
            if not number >= least:
                message = f"{name} must be at least {least}, got {number!r}"
                raise ValueError(message)
        if not 0 <= self.validation_fraction < 1:
            message = f"validation_fraction must be in [0, 1), got {self.validation_fraction!r}"
            raise ValueError(message)

    # predicting

    def _forward(self, X: Any, *, check: bool = True) -> Array:
        if check:
            X = dense(validate_data(self, X, accept_sparse=["csr", "csc"], reset=False))
        plan, _ = self._prepare(X.shape[1], self.n_outputs_, self.coefs_[0].dtype.name)
        numbers = {**self._numbers, **self._edited()}
        return predict(plan, numbers, X.astype(self.coefs_[0].dtype, copy=False))

    def _edited(self) -> dict[str, Array]:
        """The weights as they stand in ``coefs_`` and ``intercepts_``, which users may have changed."""
        weights = {f"W{number}": array for number, array in enumerate(self.coefs_, 1)}
        return weights | {
            f"b{number}": array for number, array in enumerate(self.intercepts_, 1)
        }

    def _held_score(
        self, plan: Plan, numbers: Mapping[str, Array], held: Data
    ) -> float:
        predicted = predict(plan, numbers, held.X)
        if not np.isfinite(predicted).all():
            return float("nan")
        return self._score_of(predicted, held)

    def layers(self, X: Any) -> dict[str, Array]:
        """What every layer gives for samples, by its name in the source: ``z1``, ``h1`` and so on to ``y_pred``."""
        check_is_fitted(self)
        example = self.example(X, self._some_targets(X))
        from chainrule.trace import trace

        given: dict[str, Any] = dict(example.arrays)
        filled = trace(example.function, **given)
        named = filled.program.named()
        return {name: filled[name] for name in named if name not in example.arrays}

    def gradients(self, X: Any, y: Any) -> dict[str, Array]:
        """The gradient of the mean loss over samples with respect to every parameter and every layer."""
        check_is_fitted(self)
        from chainrule.derive import backward, fuse, recognise
        from chainrule.trace import trace

        example = self.example(X, y)
        given: dict[str, Any] = dict(example.arrays)
        run = fuse(recognise(trace(example.function, **given)))
        named = run.program.named()
        derived = backward(run, wrt=[named[name] for name in example.parameters])
        return {
            value.name: derived.run.numbers[gradient]
            for value, gradient in derived.gradients.items()
            if value.name is not None
        }

    def example(self, X: Any, y: Any) -> Any:
        """The fitted network on some samples, as NumPy source with its arrays: what a lesson is made from."""
        from chainrule.nn import Described, Words

        check_is_fitted(self)
        inputs = dense(
            validate_data(self, X, accept_sparse=["csr", "csc"], reset=False)
        )
        plan, _ = self._prepare(
            inputs.shape[1], self.n_outputs_, self.coefs_[0].dtype.name
        )
        drafted = plan.predicting
        source = plan.source(training=False).replace(
            "return loss, y_pred", "return loss"
        )
        function = plan.function(source, drafted, "fitted")
        arrays = {
            "X": inputs.astype(plan.dtype),
            "Y": self._targets(y),
            **self._numbers,
            **self._edited(),
        }
        used = {name: arrays[name] for name in plan.arguments(drafted, weighted=False)}
        words = Words((*plan.units, plan.n_outputs), (), plan.loss, plan.labels)
        return Described(
            words,
            source,
            function.__code__.co_filename,
            function,
            used,
            tuple(drafted.parameters),
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    # what classifier and regressor do their own way

    def _loss_and_labels(self) -> tuple[Loss, Any]:
        raise NotImplementedError

    def _validated(
        self, X: Any, y: Any, *, first: bool, incremental: bool
    ) -> tuple[Array, Array]:
        raise NotImplementedError

    def _targets(self, y: Any) -> Array:
        raise NotImplementedError

    def _some_targets(self, X: Any) -> Any:
        raise NotImplementedError

    def _score_of(self, predicted: Array, held: Data) -> float:
        raise NotImplementedError

    def _with_class_weight(self, _Y: Array, weights: Array | None) -> Array | None:
        return weights

    def _stratified(self) -> bool:
        return False

    def _offset(self, _data: Data) -> float:
        return 0.0


def dense(X: Any) -> Array:
    """An array of samples, also of those that come sparse."""
    return np.asarray(X.toarray() if hasattr(X, "toarray") else X)
