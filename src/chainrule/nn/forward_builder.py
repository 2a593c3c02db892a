"""A forward pass being written, line by line, with the parameters and other inputs its lines need."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from chainrule.nn.initialisers import Fans
from chainrule.nn.losses import Labels, Loss
from chainrule.program import UsageError


@dataclass(frozen=True, slots=True)
class Start:
    """How an array starts: its shape, the initialiser that fills it, and the fans that initialiser looks at.

    ``role`` says what a parameter is to its layer: penalties hold weights, and nothing else, small.
    """

    shape: tuple[int, ...]
    initialiser: Any
    fans: Fans = (1, 1)
    role: Literal["weight", "bias", "other"] = "other"


@dataclass(frozen=True, slots=True)
class Mask:
    """A random mask drawn for every step: 0 at a share of ``rate``, 1 / (1 - rate) elsewhere."""

    units: tuple[int, ...]
    rate: float


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A line of a summary: what a layer is, what it gives, what it learns, and its products."""

    layer: str
    shape: tuple[int, ...]
    parameters: int
    flops: int


@dataclass(slots=True)
class Draft:
    """The text so far, and what it reads besides the data.

    ``training`` says which of the two passes is written: in training, masks are drawn and batch statistics
    are used; in prediction neither. ``result`` is the name of what the last line gives, ``units`` its shape
    without the samples.
    """

    units: tuple[int, ...]
    columns: bool = False
    training: bool = True
    result: str = "X"
    lines: list[str] = field(default_factory=list)
    parameters: dict[str, Start] = field(default_factory=dict)
    state: dict[str, Start] = field(default_factory=dict)
    carried: dict[str, str] = field(default_factory=dict)
    masks: dict[str, Mask] = field(default_factory=dict)
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)
    rows: list[SummaryRow] = field(default_factory=list)
    lookups: dict[int, int] = field(default_factory=dict)
    """How many words there are for each column of the inputs that holds the numbers of words."""
    whole_numbers: bool = False
    """Whether the inputs are nothing but numbers of words."""
    _counts: dict[str, int] = field(default_factory=dict)
    _columns: list[int | None] | None = None

    def weights(self) -> list[str]:
        """The parameters that multiply what comes in, as their layers say, in order."""
        return [
            name for name, start in self.parameters.items() if start.role == "weight"
        ]

    def look_up(self, n_words: int, size: int, column: int | None) -> None:
        """A layer looks up one of the columns it gets, or all of them; those that are inputs hold words."""
        if self._columns is None:
            self._columns = [*range(self.width)]
        asked = self._columns if column is None else [self._columns[column]]
        self.lookups |= {place: n_words for place in asked if place is not None}
        if column is None:
            self.whole_numbers |= asked == [*range(len(asked))] and len(asked) > 0
            self._columns = []
        else:
            self._columns[column : column + 1] = [None] * size

    @property
    def axis(self) -> int:
        """The axis of the units: of an image its channels, of a sequence its features."""
        if self.columns:
            return 0
        return 2 if len(self.units) == 2 else 1

    @property
    def width(self) -> int:
        """The number of units, where they stand in one row.

        Raises:
            UsageError: E411 where they do not.
        """
        if len(self.units) != 1:
            raise UsageError(
                "E411",
                f"this layer takes one row of units, and gets {self.units}",
                hint="Flatten() before it, or GlobalAvgPool()",
            )
        return self.units[0]

    @property
    def features(self) -> int:
        """The number of units in a row: all there are, or those of each time of a sequence.

        Raises:
            UsageError: E411 for an image.
        """
        return self.units[1] if len(self.units) == 2 else self.width

    @property
    def feature_shape(self) -> tuple[int, ...]:
        """The shape of an array with one entry a unit in a row."""
        return (self.features, 1) if self.columns else (self.features,)

    @property
    def unit_shape(self) -> tuple[int, ...]:
        """The shape of an array with one entry a unit, that broadcasts over the samples."""
        return (*self.units, 1) if self.columns else self.units

    def number(self, letter: str) -> int:
        """The next free number behind a letter: W1, W2 and so on."""
        self._counts[letter] = self._counts.get(letter, 0) + 1
        return self._counts[letter]

    def number_of(self, letters: str) -> int:
        """The next number that is free behind each of these letters, for names that belong together."""
        number = 1 + max(map(self.counted, letters))
        self._counts |= dict.fromkeys(letters, number)
        return number

    def counted(self, letter: str) -> int:
        """The last number given behind a letter."""
        return self._counts.get(letter, 0)

    def write(self, name: str, expression: str) -> None:
        """A line ``name = expression``, whose result the next layer reads."""
        self.lines.append(f"{name} = {expression}")
        self.result = name

    def tell(self, layer: str, parameters: int, flops: int) -> None:
        """A row of the summary for what has just been written."""
        self.rows.append(SummaryRow(layer, self.units, parameters, flops))

    def finish(self) -> None:
        """What the last line gives is the prediction."""
        if len(self.units) != 1:
            raise UsageError(
                "E411",
                f"the network ends in an array of {self.units} a sample; a prediction is one row of numbers",
                hint="Flatten() and Dense(n) at the end; of a sequence its last state (without return_sequences), or GlobalAvgPool(), the mean of all",
            )
        if self.lines and self.lines[-1].startswith(" "):
            # the state that a loop leaves has its own name while it is one
            self.write("y_pred", self.result)
        last = re.compile(rf"\b{re.escape(self.result)}\b")
        self.lines = [last.sub("y_pred", line) for line in self.lines]
        self.result = "y_pred"


def loss_lines(
    loss: Loss,
    labels: Labels,
    *,
    columns: bool = False,
    weighted: bool = False,
    penalty: Mapping[str, str] | None = None,
) -> list[str]:
    """The lines from ``y_pred`` and ``Y`` to ``loss``: the mean, weighted or not, and what is added to it.

    >>> from chainrule.nn.losses import loss_of
    >>> loss_lines(loss_of("mse"), "real")
    ['loss = np.mean((y_pred - Y) ** 2)']
    """
    axis = 0 if columns else 1
    samples = f"np.arange(y_pred.shape[{1 - axis}])"
    picked = f"Y, {samples}" if columns else f"{samples}, Y"
    texts = [
        line.format(p="y_pred", t="Y", axis=axis, picked=picked)
        for line in loss.lines[labels]
    ]
    *lines, each = texts
    name = "data_loss" if penalty else "loss"
    if weighted:
        lines += [
            f"losses = {each}",
            f"{name} = np.mean(weight * losses) / np.mean(weight)",
        ]
    else:
        lines.append(f"{name} = np.mean({each})")
    if penalty:
        lines += [f"{key} = {text}" for key, text in penalty.items()]
        lines.append("loss = data_loss + " + " + ".join(penalty))
    return lines
