"""A network in a table: what each layer gives, how many numbers it learns, how much work it is."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from chainrule.nn.draft import Row

HEADINGS = ("layer", "output", "parameters", "FLOPs forward", "FLOPs backward")


@dataclass(frozen=True, slots=True)
class Summary:
    """The rows of a summary; printing it gives a table, a notebook shows it as one.

    FLOPs are for one sample; a product of weights costs twice as much on the way back, for its two gradients.
    """

    rows: tuple[Row, ...]

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
