"""A language: a framework's words beside NumPy's, and the names by which the user reaches them."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any

from chainrule import ops
from chainrule.check.languages.phrase import Phrase, dotted, head

METHODS = frozenset({"sum", "mean", "prod", "max", "min", "any", "all", "cumsum"})
"""What NumPy's arrays can do themselves: a method stays one."""


@dataclass(frozen=True, eq=False)
class Language:
    """A framework's words: its modules by the names the tables call them, its phrases, the user's own scope.

    ``numpy_like`` is the module whose functions are NumPy's; ``spelling`` is the dialect in which ops are written;
    ``functions`` stands before an op without a spelling. ``batched`` reads a transposed factor of a product as one of
    many, rather than as ``.T``.
    """

    name: str
    modules: Mapping[str, ModuleType] = field(default_factory=dict)
    phrases: tuple[Phrase, ...] = ()
    home: str = ""
    numpy_like: str = ""
    spelling: str = "numpy"
    functions: str = "np."
    methods: bool = False
    synonyms: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    in_place: Mapping[str, str] = field(default_factory=dict)
    lacks: frozenset[str] = frozenset({"size"})
    numbers_and_masks: bool = True
    batched: bool = False
    scope: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def by_name(self) -> Mapping[str, list[Phrase]]:
        """The phrases by what they say, as the framework calls it."""
        found: dict[str, list[Phrase]] = {}
        for phrase in self.phrases:
            found.setdefault(phrase.theirs, []).append(phrase)
        return found

    @cached_property
    def elementwise(self) -> Mapping[str, str]:
        """Functions that are one op of the catalogue, by the framework's name for it."""
        found: dict[str, str] = {}
        for op in ops.CATALOGUE.values():
            if op.params:
                continue
            text = op.spelling.get(self.spelling)
            if isinstance(text, str):
                words, _, rest = text.partition("(")
                if rest in ("{0})", "{0}, {1})"):
                    found.setdefault(
                        words.replace("torch.nn.functional.", "F."), op.name
                    )
            for prefix in (self.functions, self.home):
                found.setdefault(f"{prefix}{op.name}", op.name)
        return found

    def called(self, node: ast.AST) -> str | None:
        """What a name is in the framework, whatever the user calls it; None if it is no name of it."""
        words = dotted(node)
        if words is None:
            return None
        first, *rest = words
        held = self.scope.get(first)
        if isinstance(held, ModuleType):
            for prefix, module in self.modules.items():
                if held is module:
                    return self._shortest(".".join((prefix, *rest)))
            return None
        name = getattr(held, "__name__", "")
        for prefix, module in self.modules.items():
            if name and getattr(module, name, None) is held and not rest:
                return f"{prefix}.{name}"
        return None

    def _shortest(self, path: str) -> str:
        """``torch.nn.functional.relu`` as ``F.relu``: by the nearest module of the tables."""
        words = path.split(".")
        held: Any = self.modules[words[0]]
        for i, word in enumerate(words[1:-1], 2):
            held = getattr(held, word, None)
            for prefix, module in self.modules.items():
                shorter = ".".join((prefix, *words[i:]))
                if held is module and shorter != path:
                    return self._shortest(shorter)
        return path

    @cached_property
    def by_ours(self) -> Mapping[str, list[Phrase]]:
        """The phrases by what stands first in NumPy's words."""
        found: dict[str, list[Phrase]] = {}
        for phrase in self.phrases:
            first = head(phrase.ours)
            if first.endswith("()") or first.removeprefix(".") in self.lacks:
                found.setdefault(first, []).append(phrase)
        return found

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """The user's names for the modules."""
        return {
            prefix: next(
                (name for name, held in self.scope.items() if held is module), prefix
            )
            for prefix, module in self.modules.items()
        }

    def named(self, path: str) -> ast.expr:
        """A function by the name the user can call it by."""
        prefix, _, rest = path.partition(".")
        longest = max(
            (
                name
                for name in self.modules
                if path.startswith(f"{name}.") and self.aliases[name] in self.scope
            ),
            key=len,
            default="",
        )
        if longest:
            prefix, rest = self.aliases[longest], path[len(longest) + 1 :]
        elif prefix == "F":
            prefix, rest = self.aliases.get("torch", "torch"), f"nn.functional.{rest}"
        return ast.parse(f"{prefix}.{rest}", mode="eval").body

    def says(self, text: str, before: str) -> bool:
        """Whether a text is in this language: no word of NumPy's has come into it."""
        own = self.numpy_like and self.aliases.get(self.numpy_like) == "np"
        word = re.compile(r"(?<![\w.])np\.")
        few = len(word.findall(text)) <= len(word.findall(before))
        return not self.modules or bool(own) or few


NUMPY = Language("NumPy")
SPOKEN: ContextVar[Language] = ContextVar("SPOKEN", default=NUMPY)


def spoken() -> Language:
    """The language of what is being judged; it goes with the judging, not through every function that says a word."""
    return SPOKEN.get()


@contextlib.contextmanager
def speaking(language: Language) -> Iterator[None]:
    """While a backward pass in ``language`` is judged."""
    token = SPOKEN.set(language)
    try:
        yield
    finally:
        SPOKEN.reset(token)
