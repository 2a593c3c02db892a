"""The signs of mathematics and what LaTeX calls them: the tables that reading and printing share."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, TypeVar

from chainrule.formula.names import GREEK
from chainrule.formula.tree import Mark, Node, Number, Operator, Style, Symbol

T = TypeVar("T")


def _frozen(table: dict[str, T]) -> MappingProxyType[str, T]:
    return MappingProxyType(table)


GREEK_COMMANDS: Final = _frozen(
    {
        f"\\{name}": letter
        for name, letter in GREEK.items()
        if name not in {"eps", "lam"}
    }
    | {r"\varepsilon": "ε", r"\varphi": "φ", r"\ell": "ℓ"}
)
RELATION_COMMANDS: Final = _frozen(
    {
        r"\le": "≤",
        r"\leq": "≤",
        r"\ge": "≥",
        r"\geq": "≥",
        r"\ne": "≠",
        r"\neq": "≠",
        r"\approx": "≈",
        r"\equiv": "≡",
        r"\propto": "∝",
        r"\in": "∈",
        r"\leftarrow": "←",
        r"\gets": "←",
        r"\to": "→",
        r"\rightarrow": "→",
        r"\mapsto": "↦",
        r"\sim": "∼",
    }
)
SIGN_COMMANDS: Final = _frozen(
    {
        r"\cdot": "·",
        r"\odot": "⊙",
        r"\times": "×",
        r"\circ": "∘",
        r"\otimes": "⊗",
        r"\ast": "∗",
        r"\star": "⋆",
        "*": "∗",
        r"\pm": "±",
        r"\mp": "∓",
        r"\oplus": "⊕",
    }
)
LARGE_COMMANDS: Final = _frozen({r"\sum": "∑", r"\prod": "∏", r"\int": "∫"})
FUNCTION_COMMANDS: Final = _frozen(
    {
        f"\\{name}": name
        for name in [
            "arccos",
            "arcsin",
            "arctan",
            "arg",
            "cos",
            "cosh",
            "cot",
            "coth",
            "det",
            "dim",
            "exp",
            "inf",
            "lim",
            "ln",
            "log",
            "max",
            "min",
            "sec",
            "sin",
            "sinh",
            "sup",
            "tan",
            "tanh",
        ]
    }
)
STYLE_COMMANDS: Final[MappingProxyType[str, Style]] = _frozen(
    {
        r"\mathrm": "upright",
        r"\mathbf": "bold",
        r"\boldsymbol": "bold",
        r"\mathcal": "script",
        r"\mathbb": "blackboard",
        r"\mathit": "italic",
    }
)
ACCENT_COMMANDS: Final[MappingProxyType[str, Mark]] = _frozen(
    {
        r"\hat": "hat",
        r"\widehat": "hat",
        r"\bar": "bar",
        r"\overline": "bar",
        r"\tilde": "tilde",
        r"\dot": "dot",
        r"\vec": "vec",
    }
)
SYMBOL_COMMANDS: Final[MappingProxyType[str, Node]] = _frozen(
    {
        r"\infty": Number("inf"),
        r"\top": Operator("⊤", "prefix"),
        r"\prime": Operator("′", "prefix"),
        r"\nabla": Symbol("∇"),
        r"\ldots": Operator("…", "ellipsis"),
        r"\dots": Operator("…", "ellipsis"),
        r"\cdots": Operator("⋯", "ellipsis"),
        r"\vdots": Operator("⋮", "ellipsis"),
        r"\emptyset": Symbol("∅"),
    }
)
DELIMITER_COMMANDS: Final = _frozen(
    {
        r"\lVert": "‖",
        r"\rVert": "‖",
        r"\|": "‖",
        r"\lvert": "|",
        r"\rvert": "|",
        r"\lfloor": "⌊",
        r"\rfloor": "⌋",
        r"\lceil": "⌈",
        r"\rceil": "⌉",
        r"\{": "{",
        r"\}": "}",
    }
)
SPACES: Final = frozenset({r"\,", r"\;", r"\:", r"\!", r"\ ", r"\quad", r"\qquad"})
