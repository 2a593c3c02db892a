"""Lengths in C: numbers, or multiples of the rows of a batch, which are counted when the code runs."""

from __future__ import annotations

from dataclasses import dataclass


class NotLinear(ValueError):  # noqa: N818 - asked and answered: it is then written for one size of batch
    """A length grows otherwise than the rows of the batch do."""


@dataclass(frozen=True, slots=True)
class Length:
    """``per_row`` for every row of the batch, and ``plus``.

    >>> n, row = Length(1, 0), Length(0, 64)
    >>> (n * row).text, (n * row + Length(0, 3)).text, row.text
    ('64 * n', '64 * n + 3', '64')
    """

    per_row: int
    plus: int

    @property
    def text(self) -> str:
        """As it stands in C."""
        if not self.per_row:
            return str(self.plus)
        scaled = "n" if self.per_row == 1 else f"{self.per_row} * n"
        if not self.plus:
            return scaled
        sign = "+" if self.plus > 0 else "-"
        return f"{scaled} {sign} {abs(self.plus)}"

    @property
    def factor(self) -> str:
        """As it stands beside a factor: with brackets around a sum."""
        return f"({self.text})" if self.per_row and self.plus else self.text

    @property
    def number(self) -> int | None:
        """The number, where it does not depend on the batch."""
        return None if self.per_row else self.plus

    def at(self, n: int) -> int:
        """The number for a batch of ``n`` rows."""
        return self.per_row * n + self.plus

    def __add__(self, other: Length) -> Length:
        return Length(self.per_row + other.per_row, self.plus + other.plus)

    def __mul__(self, other: Length) -> Length:
        if self.per_row and other.per_row:
            raise NotLinear
        return Length(
            self.per_row * other.plus + other.per_row * self.plus,
            self.plus * other.plus,
        )


ONE = Length(0, 1)
NONE = Length(0, 0)


def through(at_first: int, at_second: int, first: int, second: int) -> Length:
    """The length that is ``at_first`` for ``first`` rows and ``at_second`` for ``second``.

    Raises:
        NotLinear: if there is none.
    """
    per_row, rest = divmod(at_second - at_first, second - first)
    if rest:
        raise NotLinear
    return Length(per_row, at_first - per_row * first)
