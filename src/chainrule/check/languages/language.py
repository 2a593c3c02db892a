"""A language: a framework's words beside NumPy's, and the names by which the user reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any

from chainrule import ops
from chainrule.check.languages.phrase import Phrase


@dataclass(frozen=True, eq=False)
class Language:
    """A framework's words: its modules by the names the tables call them, its phrases, the user's own scope.

    ``numpy_like`` is the module whose functions are NumPy's; ``spelling`` is the dialect in which ops are written;
    ``functions`` stands before an op without a spelling; with ``methods``, an array has the functions of ``home``.
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
    scope: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def options(self) -> Mapping[str, str]:
        """What NumPy's options are called."""
        return {
            ours: theirs
            for ours, theirs in self.synonyms.items()
            if ours in ("axis", "keepdims")
        }

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

    def knows(self, path: str) -> bool:
        """Whether there is a word for a function."""
        return path in self.by_name or path in self.elementwise

    def named(self, module: ModuleType) -> str | None:
        """What the tables call a module; None if they do not."""
        return next(
            (name for name, held in self.modules.items() if held is module), None
        )

    def path_of(self, module: ModuleType) -> str | None:
        """By what the tables reach a module; None if it is no part of the framework."""
        for prefix, held in self.modules.items():
            inner = module.__name__.removeprefix(f"{held.__name__}.")
            if held is not module and inner != module.__name__:
                return self.named(module) or f"{prefix}.{inner}"
        return self.named(module)

    def path_of_function(self, function: Any) -> str | None:
        """What the tables call a function that was imported by its name."""
        name = getattr(function, "__name__", "")
        for prefix, module in self.modules.items():
            if name and callable(function) and getattr(module, name, None) is function:
                path = f"{prefix}.{name}"
                if self.knows(path) or prefix == self.numpy_like:
                    return path
        return None


NUMPY = Language("NumPy")
