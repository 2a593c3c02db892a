"""A dialect is a value: everything that differs between two languages a program is written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.program import Line

DType = np.dtype[Any]
COMMAND_LINE = """\
parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default={steps})
parser.add_argument("--learning-rate", type=float, default={learning_rate})
options = parser.parse_args()"""
Fits = tuple[DType | None, ...]


def as_they_are(line: Line) -> Fits:
    """No argument needs another element type: the language mixes masks, integers and floats as NumPy does."""
    return (None,) * len(line.args)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How programs are written in one language. All texts are Python with holes, as spellings are.

    ``module`` is the name by which the language's functions are reached; ``functions`` stands before an op
    that has no spelling. Where ``speaks_numpy``, NumPy's spellings hold with the module's name put in. ``cast``
    changes an element type, and ``fits`` says which arguments of a line need it.

    ``rows`` is how many turns a loop over an array takes. ``copy`` makes an array of one's own, ``stacked`` one of a
    list; where a language ``writes``, arrays can be written into; where ``entries_are_views``, a single entry that was read shows what is written there later, as rows and slices do.
    ``out_of_table`` makes a plain number of an entry.

    ``guard`` is the ``with`` under which the framework does not follow along.

    ``types`` are the element types there are, where NumPy has more; ``can_write`` says of a text in NumPy's words whether the
    language has all its functions; ``reserved`` are the language's own words. ``finished`` makes the language's own text
    of a whole module, where its syntax is not Python's.

    The rest is for scripts: how an array is written (``array``; ``variable`` for what is trained; ``stored``
    where it is loaded from the file that ``store`` opens, ``zeros`` where it holds nothing else), the element types that
    are ``implied`` by how its entries are written, how ``options`` are read, how a parameter moves (``update``)
    or takes a new value (``assign``), how a value is
    printed, the function by which the framework differentiates itself (``picked`` is a line more where it holds gradients
    of picked rows as these rows alone), and how two results are compared.
    """

    name: str
    title: str
    module: str
    functions: str
    imports: Mapping[str, str]
    array: str
    zeros: str
    stored: str
    implied: frozenset[str] = frozenset({"float64", "int64", "bool"})
    aliases: tuple[str, ...] = ()
    types: frozenset[str] | None = None
    can_write: Callable[[str], bool] | None = None
    reserved: frozenset[str] = frozenset()
    finished: Callable[[str], str] = str
    store: str = 'stored = np.load(Path(__file__).with_suffix(".npz"))'
    options: str = COMMAND_LINE
    speaks_numpy: bool = False
    renames: Mapping[str, str] = field(default_factory=dict)
    length: str = "{0}.shape[{axis}]"
    rows: str = "len({0})"
    count: str = "{0}.size"
    copy: str = "np.array({0})"
    stacked: str = "np.stack({0})"
    writes: bool = True
    entries_are_views: bool = False
    out_of_table: str = "{0}.item()"
    cast: str = "{0}.astype({dtype})"
    fits: Callable[[Line], Fits] = as_they_are
    infinity: str = 'float("inf")'
    nan: str = 'float("nan")'
    wide: tuple[str, ...] = ()
    variable: str = ""
    stored_variable: str = ""
    zeros_variable: str = ""
    update: str = "{0} = {0} - {rate} * {1}"
    assign: str = "{0} = {1}"
    printed: str = "{0}"
    printed_parameter: str = "{0}"
    guard: str = ""
    unconnected: str = ""
    picked: str = ""
    number: str = "{0}.item()"
    autodiff: str = ""
    autodiff_of_array: str = ""
    agree: str = ""

    @property
    def taken(self) -> frozenset[str]:
        """The names that no value of a program may have."""
        return self.reserved | {self.module}
