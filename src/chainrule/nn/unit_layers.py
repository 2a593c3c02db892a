"""Layers of units in a row: what each one writes, in plain NumPy, into a forward pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np

from chainrule.nn.activations import activation as activation_of
from chainrule.nn.constraints import (
    Above,
    ActivationName,
    Count,
    Flag,
    Initialiser,
    Place,
    Share,
    number,
)
from chainrule.nn.forward_builder import Draft, Mask, Start
from chainrule.nn.layer_registry import Layers, layer
from chainrule.program import UsageError


@layer
class Dense:
    """Every unit reads every input: ``z = x @ W + b``, then the activation. Of a sequence it reads each time by itself.

    The initialisers are names, numbers, arrays or functions of a generator, a shape and fans; without one, the
    weights start as suits the activation and the biases at 0.
    """

    units: Count
    activation: ActivationName = "identity"
    initialiser: Initialiser = None
    bias: Flag = True
    bias_initialiser: Initialiser = "zeros"

    def write(self, draft: Draft) -> None:
        """The product, the bias, the activation."""
        chosen = activation_of(self.activation)
        number, n_in = draft.number("W"), draft.features
        n_places = int(np.prod(draft.units[:-1]))
        draft.units = (*draft.units[:-1], self.units)
        shape = (self.units, n_in) if draft.columns else (n_in, self.units)
        start = chosen.start if self.initialiser is None else self.initialiser
        fans = (n_in, self.units)
        draft.parameters[f"W{number}"] = Start(shape, start, fans, "weight")
        x, W = draft.result, f"W{number}"
        product = f"{W} @ {x}" if draft.columns else f"{x} @ {W}"
        if self.bias:
            draft.parameters[f"b{number}"] = Start(
                draft.feature_shape, self.bias_initialiser, fans, "bias"
            )
            product += f" + b{number}"
        draft.write(f"z{number}", product)
        learned = n_in * self.units + self.units * self.bias
        work = 2 * n_in * self.units * n_places
        draft.tell(f"Dense({self.units})", learned, work)
        if chosen.name != "identity":
            Activation(chosen.name).write(draft)


@layer
class Activation:
    """An activation of its own: ``Activation("relu")``."""

    name: ActivationName

    def write(self, draft: Draft) -> None:
        """The activation, with its learned slope if it has one."""
        chosen = activation_of(self.name)
        number, slope = draft.number("h"), ""
        shape = draft.feature_shape if len(draft.units) == 2 else draft.unit_shape
        # h takes the number of the weights before it: h3 belongs to W3 even where layer 2 is linear
        while number < draft.counted("W"):
            number = draft.number("h")
        if chosen.slope is not None:
            slope = f"a{draft.number('a')}"
            draft.parameters[slope] = Start(shape, chosen.slope)
        draft.write(f"h{number}", chosen.written(draft.result, draft.axis, slope))
        learned = int(np.prod(shape)) if slope else 0
        draft.tell(chosen.name, learned, int(np.prod(draft.units)))


@layer
class Dropout:
    """In training, a share ``rate`` of the units is silenced, the others grow by 1 / (1 - rate)."""

    rate: Share

    def write(self, draft: Draft) -> None:
        """A product with a mask that is drawn anew at every step."""
        if draft.training and self.rate > 0:
            number = draft.number("mask")
            draft.masks[f"mask{number}"] = Mask(draft.units, self.rate)
            draft.write(f"d{number}", f"{draft.result} * mask{number}")
        draft.tell(f"Dropout({self.rate})", 0, int(np.prod(draft.units)))


@layer
class BatchNorm:
    """Every unit is centred and scaled over the batch (Ioffe & Szegedy 2015), then scaled and shifted as learned.

    Of images it is every channel, over the batch and all places; of sequences every feature, over the batch and all times.
    In prediction the running mean and variance are used; ``momentum`` is the share of the old ones kept.
    """

    momentum: Annotated[float, number("[0, 1]")] = 0.9
    eps: Above = 1e-5

    def write(self, draft: Draft) -> None:
        """The normalisation by the batch's own statistics, or by the running ones."""
        number, x = draft.number("n"), draft.result
        image = len(draft.units) > 2
        shape = of_batch = draft.unit_shape
        samples = f"axis={1 - draft.axis}"
        if len(draft.units) == 2:
            shape = of_batch = draft.feature_shape
            samples = "axis=(0, 1)"
        if image:
            # all places of a channel are samples of it
            shape = (draft.units[0], *[1] * (len(draft.units) - 1))
            of_batch = (1, *shape)
            samples = f"axis={(0, *range(2, len(draft.units) + 1))}"
        if image or draft.columns:
            samples += ", keepdims=True"
        scale, shift = f"scale{number}", f"shift{number}"
        draft.parameters[scale] = Start(shape, "ones")
        draft.parameters[shift] = Start(shape, "zeros")
        running_mean, running_var = f"running_mean{number}", f"running_var{number}"
        draft.state[running_mean] = Start(of_batch, "zeros")
        draft.state[running_var] = Start(of_batch, "ones")
        mean, var = running_mean, running_var
        if draft.training:
            mean, var = f"mean{number}", f"var{number}"
            draft.lines.append(f"{mean} = np.mean({x}, {samples})")
            draft.lines.append(f"{var} = np.var({x}, {samples})")
            for running, now in ((running_mean, mean), (running_var, var)):
                new = f"new_{running}"
                draft.lines.append(
                    f"{new} = {self.momentum} * {running} + {1 - self.momentum:.12g} * {now}"
                )
                draft.carried[running] = new
        normal = f"({x} - {mean}) / np.sqrt({var} + {self.eps})"
        draft.write(f"n{number}", f"{scale} * {normal} + {shift}")
        learned = 2 * int(np.prod(shape))
        draft.tell("BatchNorm", learned, 8 * int(np.prod(draft.units)))


@layer
class LayerNorm:
    """Every sample is centred and scaled over its units (Ba et al. 2016), then scaled and shifted as learned.

    Of sequences it is every time, over its features.
    """

    eps: Above = 1e-5

    def write(self, draft: Draft) -> None:
        """The normalisation of each sample by itself."""
        number, x = draft.number("n"), draft.result
        units = f"axis={draft.axis}, keepdims=True"
        scale, shift = f"scale{number}", f"shift{number}"
        draft.parameters[scale] = Start(draft.feature_shape, "ones")
        draft.parameters[shift] = Start(draft.feature_shape, "zeros")
        mean, var = f"mean{number}", f"var{number}"
        draft.lines.append(f"{mean} = np.mean({x}, {units})")
        draft.lines.append(f"{var} = np.var({x}, {units})")
        normal = f"({x} - {mean}) / np.sqrt({var} + {self.eps})"
        draft.write(f"n{number}", f"{scale} * {normal} + {shift}")
        work = 8 * int(np.prod(draft.units))
        draft.tell("LayerNorm", 2 * draft.features, work)


@layer
class RMSNorm:
    """Every sample is divided by the root of its mean square over its units (Zhang & Sennrich 2019), then scaled as learned.

    Of sequences it is every time, over its features.
    """

    eps: Above = 1e-5

    def write(self, draft: Draft) -> None:
        """The division of each sample by its own size."""
        number, x = draft.number("n"), draft.result
        scale, size = f"scale{number}", f"rms{number}"
        draft.parameters[scale] = Start(draft.feature_shape, "ones")
        square = f"np.mean({x} ** 2, axis={draft.axis}, keepdims=True)"
        draft.lines.append(f"{size} = np.sqrt({square} + {self.eps})")
        draft.write(f"n{number}", f"{scale} * {x} / {size}")
        draft.tell("RMSNorm", draft.features, 4 * int(np.prod(draft.units)))


@layer
class Embedding:
    """Each whole number becomes a learned row of ``size`` numbers; the rows of one sample stand side by side.

    With ``column`` only that column of the inputs is looked up, and the others pass: ``Embedding(7, 3, column=2)``
    for a day of the week beside measured numbers.
    """

    n_words: Count
    size: Count
    initialiser: Initialiser = "normal"
    column: Place | None = None

    def write(self, draft: Draft) -> None:
        """The rows looked up, then laid end to end."""
        if draft.columns:
            raise UsageError(
                "E411",
                "an embedding takes samples as rows",
                hint="leave columns=True out, or look the words up before: E[words].T",
            )
        number, n_places = draft.number("E"), draft.width
        draft.parameters[f"E{number}"] = Start(
            (self.n_words, self.size), self.initialiser, (self.n_words, self.size)
        )
        x = draft.result
        if self.column is None:
            draft.look_up(self.n_words, self.size, None)
            draft.lines.append(f"rows{number} = E{number}[{x}]")
            draft.units = (n_places * self.size,)
            draft.write(f"e{number}", f"rows{number}.reshape({x}.shape[0], -1)")
        else:
            self._beside(draft, number, n_places)
        draft.tell(
            f"Embedding({self.n_words}, {self.size})", self.n_words * self.size, 0
        )

    def _beside(self, draft: Draft, number: int, n_places: int) -> None:
        """The rows of one column, in the place of that column."""
        column = int(self.column or 0)
        if not 0 <= column < n_places:
            raise UsageError(
                "E411", f"an embedding looks up column {column} of {n_places}"
            )
        draft.look_up(self.n_words, self.size, column)
        x = draft.result
        draft.lines.append(
            f"rows{number} = E{number}[{x}[:, {column}].astype(np.int64)]"
        )
        parts = [f"rows{number}"]
        if column:
            parts.insert(0, f"{x}[:, :{column}]")
        if column + 1 < n_places:
            parts.append(f"{x}[:, {column + 1}:]")
        draft.units = (n_places - 1 + self.size,)
        draft.write(f"e{number}", f"np.concatenate([{', '.join(parts)}], axis=1)")


@layer
class Residual:
    """What goes in is added to what its layers make of it: ``r = x + f(x)``."""

    layers: Layers

    def write(self, draft: Draft) -> None:
        """The layers, then the sum with what went in."""
        x, units = draft.result, draft.units
        for inner in self.layers:
            inner.write(draft)
        if draft.units != units:
            taken, given = (
                f"{one[0]} units" if len(one) == 1 else f"{one}"
                for one in (units, draft.units)
            )
            row = len(units) == len(draft.units) == 1
            raise UsageError(
                "E411",
                f"a residual block takes {taken} and gives {given.removesuffix(' units')}; they cannot be added",
                hint=f"end it with Dense({units[0]})"
                if row
                else "with padding='same' and as many filters as channels a convolution keeps the shape",
            )
        draft.write(f"r{draft.number('r')}", f"{x} + {draft.result}")
        draft.tell("Residual", 0, int(np.prod(units)))


@dataclass(frozen=True, slots=True)
class Written:
    """A layer of your own: a function in plain NumPy of what comes in and of its parameters.

    ``parameters`` gives each parameter's shape or its starting numbers; ``units`` what comes out, if it is
    another number than comes in.
    """

    function: Callable[..., Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    units: int | None = None

    def write(self, draft: Draft) -> None:
        """A call of the function."""
        number, n_in = draft.number("c"), draft.width
        name = f"layer{number}"
        draft.functions[name] = self.function
        draft.units = (self.units or n_in,)
        words, learned = [draft.result], 0
        for key, given in self.parameters.items():
            start = _start(given, (n_in, draft.width))
            draft.parameters[f"{key}{number}"] = start
            words.append(f"{key}={key}{number}")
            learned += int(np.prod(start.shape))
        draft.write(f"c{number}", f"{name}({', '.join(words)})")
        draft.tell(getattr(self.function, "__name__", "Written"), learned, 0)


def _start(given: Any, fans: tuple[int, int]) -> Start:
    if isinstance(given, tuple) and all(isinstance(length, int) for length in given):
        shape: tuple[int, ...] = given
        start: Any = "glorot_uniform" if len(given) > 1 else "zeros"
    else:
        start = np.asarray(given, dtype=np.float64)
        shape = start.shape
    # a matrix multiplies what comes in; penalties hold it small as they hold those of Dense
    return Start(shape, start, fans, "weight" if len(shape) > 1 else "other")
