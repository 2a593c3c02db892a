"""A network in a table: what each layer gives, how many numbers it learns, how much work it is."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from html import escape
from typing import Any

from chainrule.nn.forward_builder import SummaryRow
from chainrule.nn.layers import Residual, Written
from chainrule.train.model.learner import Learner

HEADINGS = ("layer", "output", "parameters", "FLOPs forward", "FLOPs backward")


@dataclass(frozen=True, slots=True)
class Summary:
    """The rows of a summary; printing it gives a table, a notebook shows it as one.

    FLOPs are for one sample; a product of weights costs twice as much on the way back, for its two gradients.
    """

    rows: tuple[SummaryRow, ...]

    @property
    def n_parameters(self) -> int:
        """How many numbers are learnt."""
        return sum(row.parameters for row in self.rows)

    def cells(self) -> list[tuple[str, ...]]:
        """The table's cells, the last row being the total."""
        listed = [
            (
                row.layer,
                str(row.shape),
                f"{row.parameters:,}",
                f"{row.flops:,}",
                f"{2 * row.flops:,}",
            )
            for row in self.rows
        ]
        flops = sum(row.flops for row in self.rows)
        return [
            *listed,
            ("total", "", f"{self.n_parameters:,}", f"{flops:,}", f"{2 * flops:,}"),
        ]

    def __str__(self) -> str:
        cells = [HEADINGS, *self.cells()]
        widths = [
            max(len(row[column]) for row in cells) for column in range(len(HEADINGS))
        ]
        lines = [
            "  ".join(
                text.ljust(width) if column < 2 else text.rjust(width)
                for column, (text, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in cells
        ]
        rule = "─" * len(max(lines, key=len))
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])

    def _repr_html_(self) -> str:
        *body, total = self.cells()
        return (
            f"<table><thead>{_row(HEADINGS, 'th')}</thead>"
            f"<tbody>{''.join(_row(cells) for cells in body)}</tbody>"
            f"<tfoot>{_row(total, bold=True)}</tfoot></table>"
        )


def _row(cells: tuple[str, ...], tag: str = "td", *, bold: bool = False) -> str:
    """A row; numbers end under each other. Notebooks have no styles but those in the tags."""
    scope = ' scope="col"' if cells is HEADINGS else ""
    weight = "; font-weight: bold" if bold else ""
    sides = ["left", "left", "right", "right", "right"]
    said = (
        f'<{tag}{scope} style="text-align: {side}; padding: 0.15em 0.8em{weight}">{escape(text)}</{tag}>'
        for text, side in zip(cells, sides, strict=True)
    )
    return f"<tr>{''.join(said)}</tr>"


def told(network: Learner) -> str:
    """A network in a line: its layers, how it learns, and what it has learnt so far."""
    plan, optimizer = network.plan_, network.optimizer
    layers = network.hidden if plan is None else plan.layers
    words = [f"[{', '.join(_layer(layer) for layer in layers)}]"]
    loss = network.loss if plan is None else plan.loss
    words += [] if loss is None else [repr(loss.name)]
    words += [f"optimizer={optimizer.name!r}, learning_rate={optimizer.learning_rate}"]
    call = f"Network({', '.join(words)})"
    if plan is None:
        return f"<{call}, not met data yet>"
    count = Summary(tuple(plan.training.rows)).n_parameters
    said = [call, f"{' × '.join(map(str, plan.units))} inputs", f"{count:,} parameters"]
    if network.history_:
        last = network.history_[-1]
        n = len(network.history_)
        said.append(f"loss {last['loss']:.4g} after {n} epoch{'s' * (n > 1)}")
        engine = str(network.engine_ or "numpy")
        said += [] if engine == "numpy" else [f"steps by {engine}"]
    return f"<{', '.join(said)}>"


def _layer(layer: Any) -> str:
    """The call that makes a layer, without what is as usual and without arrays."""
    name = type(layer).__name__
    if isinstance(layer, Residual):
        return f"{name}([{', '.join(_layer(one) for one in layer.layers)}])"
    if isinstance(layer, Written):
        return f"{name}({getattr(layer.function, '__name__', '...')})"
    words: list[str] = []
    skipped = False
    for one in fields(layer):
        given = getattr(layer, one.name)
        plain = isinstance(given, str | bool | int | float | tuple)
        if not plain or (one.default is not MISSING and given == one.default):
            skipped = True
            continue
        words.append(f"{one.name}={given!r}" if skipped else repr(given))
    return f"{name}({', '.join(words)})"
