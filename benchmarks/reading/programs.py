"""Whole programs in the manner of public repositories, each as a function, as a script, and as a script that calls it.

They stand in ``programs/*.py``, written as their authors would, a file a field. ``EXAMPLES`` at the end of each file
names a function, the arguments it is differentiated by, and example inputs.
"""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import linecache
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any, cast

import numpy as np
from truth import Truth, true_gradients
from verdict import DIALECTS, Verdict, emitted, gradients_of, quiet, told

FIELDS = Path(__file__).parent / "programs"


@dataclass(frozen=True)
class Program:
    """One function of a field, with example inputs."""

    field: str
    function: Callable[..., Any]
    wrt: tuple[str, ...]
    inputs: dict[str, Any]

    @property
    def key(self) -> str:
        """The program's name where all fields are read together."""
        return f"{self.field}: {self.function.__name__}"

    @cached_property
    def truth(self) -> Truth:
        """The true gradients."""
        with quiet():
            return true_gradients(self.function, self.inputs, self.wrt)

    @cached_property
    def file(self) -> Path:
        """The file it stands in."""
        return FIELDS / f"{self.field}.py"

    def script(self, *, inlined: bool) -> str:
        """The program as a plain script: the body of the function written out where it can be, or a call."""
        text = self.file.read_text(encoding="utf-8")
        found = {name: node for node in ast.parse(text).body for name in defined(node)}
        function = found[self.function.__name__]
        needed = [node for node in reached(function, found) if node is not function]
        parts = ["import numpy as np", *(source(text, node) for node in needed)]
        parts += [f"{name} = {written(value)}" for name, value in self.inputs.items()]
        match function:
            case ast.FunctionDef(
                body=[*before, ast.Return(value=ast.expr() as value)]
            ) if inlined and count_returns(function) == 1:
                parts += defaults(text, function, self.inputs)
                parts += [source(text, node) for node in before if not is_text(node)]
                last = ast.get_source_segment(text, value)
                parts += [] if last == "loss" else [f"loss = ({last})"]
            case _:
                call = ", ".join(f"{name}={name}" for name in self.inputs)
                name = self.function.__name__
                parts += [source(text, function), f"loss = {name}({call})"]
        return "\n".join(dict.fromkeys(parts)) + "\n"

    def scripts(self, folder: Path) -> Iterator[tuple[str, Path]]:
        """Both scripts, written into a folder."""
        for door, inlined in (("script", True), ("script calling", False)):
            file = folder / f"{door.replace(' ', '_')}.py"
            file.write_text(self.script(inlined=inlined), encoding="utf-8")
            linecache.checkcache(str(file))
            yield door, file

    def verdicts(self, folder: Path) -> Iterator[tuple[str, Verdict]]:
        """What becomes of its gradients through each door."""
        yield "function", gradients_of(self.function, self.inputs, self.wrt, self.truth)
        for door, file in self.scripts(folder):
            yield door, gradients_of(file, {}, self.wrt, self.truth)

    def written_out(self, folder: Path) -> Iterator[tuple[str, Verdict]]:
        """What becomes of its lesson and its source in each framework, as a function and as a script."""
        file = dict(self.scripts(folder))["script"]
        doors: tuple[tuple[str, Callable[..., Any] | Path, dict[str, Any]], ...] = (
            ("function", self.function, self.inputs),
            ("script", file, {}),
        )
        for door, program, inputs in doors:
            yield f"{door}, explained", told(program, inputs, self.wrt)
            for dialect in DIALECTS:
                if dialect == "numpy" or importlib.util.find_spec(dialect):
                    verdict = emitted(program, inputs, self.wrt, self.truth, dialect)
                    yield f"{door} in {dialect}", verdict


def programs(field: str = "*") -> Iterator[Program]:
    """Every program, field by field."""
    for file in sorted(FIELDS.glob(f"{field}.py")):
        name = f"strangers_{file.stem}"
        if name not in sys.modules:
            loader = importlib.machinery.SourceFileLoader(name, str(file))
            spec = importlib.util.spec_from_loader(name, loader)
            sys.modules[name] = importlib.util.module_from_spec(
                cast("ModuleSpec", spec)
            )
            loader.exec_module(sys.modules[name])
        for function, wrt, inputs in sys.modules[name].EXAMPLES:
            yield Program(file.stem, function, tuple(wrt.split()), inputs)


def defined(node: ast.stmt) -> Iterator[str]:
    """The names that a statement at the top of a module gives."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from (alias.asname or alias.name.split(".")[0] for alias in names)
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def names_read(node: ast.AST) -> set[str]:
    """Every name that a piece of source reads and does not itself take as an argument."""
    read = {found.id for found in ast.walk(node) if isinstance(found, ast.Name)}
    taken = {found.arg for found in ast.walk(node) if isinstance(found, ast.arg)}
    return read - taken


def reached(start: ast.stmt, found: Mapping[str, ast.stmt]) -> Iterable[ast.stmt]:
    """The statements that a function needs, in the order they stand in."""
    needed, asked = {start.lineno: start}, [start]
    while asked:
        for name in names_read(asked.pop()):
            node = found.get(name)
            if node is not None and node.lineno not in needed:
                needed[node.lineno] = node
                asked.append(node)
    return [needed[line] for line in sorted(needed)]


def count_returns(function: ast.FunctionDef) -> int:
    """How many returns a function has of its own; with one at its end its body can stand in a script."""
    returns = 0
    inner: list[ast.AST] = list(function.body)
    while inner:
        node = inner.pop()
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            returns += isinstance(node, ast.Return)
            inner += ast.iter_child_nodes(node)
    return returns


def defaults(
    text: str, function: ast.FunctionDef, given: Mapping[str, Any]
) -> Iterator[str]:
    """The arguments that keep their defaults, as assignments."""
    late = function.args.args[len(function.args.args) - len(function.args.defaults) :]
    for argument, default in zip(late, function.args.defaults, strict=True):
        if argument.arg not in given:
            yield f"{argument.arg} = {ast.get_source_segment(text, default)}"


def source(text: str, node: ast.stmt) -> str:
    """A statement as it stands, moved to the left."""
    above = getattr(node, "decorator_list", [])
    first = min(one.lineno for one in (node, *above))
    lines = text.splitlines()[first - 1 : node.end_lineno]
    return textwrap.dedent("\n".join(lines))


def is_text(node: ast.stmt) -> bool:
    """Whether a statement is a lone text."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def written(value: Any) -> str:
    """A value as a person would type it."""
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()})".replace("nan", "np.nan")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, tuple):
        return "(" + "".join(f"{written(part)}, " for part in value) + ")"
    return repr(value)
