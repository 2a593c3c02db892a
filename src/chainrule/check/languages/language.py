"""A framework's Python read as NumPy, expression by expression at its own place, and NumPy written back as it."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any, TypeVar

import numpy as np

from chainrule import ops
from chainrule.check.languages.phrase import Phrase, again, dotted, placed

Tree = TypeVar("Tree", bound=ast.AST)
IGNORED = frozenset(
    {
        "dtype",
        "device",
        "requires_grad",
        "memory_format",
        "generator",
        "out_type",
        "name",
        "precision",
        "preferred_element_type",
        "copy",
        "dim_size",
    }
)
METHODS = frozenset({"sum", "mean", "prod", "max", "min", "any", "all", "cumsum"})
"""What NumPy's arrays can do themselves: a method stays one."""
WRITES = {"set": "with_items", "add": "with_added", "multiply": "with_scaled"}
FLOATS = ("float", "bfloat", "half", "double")
OPERATORS: Mapping[str, type[ast.operator]] = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
    "/": ast.Div,
    "**": ast.Pow,
}


class Unknown(Exception):  # noqa: N818 - it says what happened
    """A call that is not known in NumPy's words; ``line`` is where it stands."""

    def __init__(self, text: str, line: int) -> None:
        super().__init__(f"{text} (line {line}) is not known here")
        self.text = text
        self.line = line


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

    # reading

    def read(self, tree: Tree) -> Tree:
        """The tree in NumPy's words, every part at its place.

        Raises:
            Unknown: for a call of the framework that has no word in NumPy.
        """
        if not self.modules:
            return tree
        read: Tree = _Reader(self).visit(again(tree))  # type: ignore[type-var]
        return ast.fix_missing_locations(read)

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

    # writing

    def write(self, node: ast.expr) -> ast.expr:
        """NumPy in the framework's words, what was not changed as the user wrote it."""
        if not self.modules:
            return node
        written: ast.expr = _Writer(self).visit(again(node))
        return written

    @cached_property
    def by_ours(self) -> Mapping[str, list[Phrase]]:
        """The phrases by what stands first in NumPy's words."""
        found: dict[str, list[Phrase]] = {}
        for phrase in self.phrases:
            head = _head(phrase.ours)
            if head.endswith("()") or head.removeprefix(".") in self.lacks:
                found.setdefault(head, []).append(phrase)
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
        return not self.modules or bool(own) or text.count("np.") <= before.count("np.")


class _Reader(ast.NodeTransformer):
    """Reads calls, attributes, and statements that write in place; remembers what was said."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def visit(self, node: ast.AST) -> Any:
        if not isinstance(node, ast.expr):
            return super().visit(node)
        said = again(node)
        read = super().visit(node)
        if ast.dump(read) != ast.dump(said):
            placed(read, said)
            read.said, read.heard = said, ast.dump(read)
        return read

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        node.returns = None
        for one in ast.walk(node.args):
            if isinstance(one, ast.arg):
                one.annotation = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        node.annotation = ast.copy_location(ast.Constant(None), node.annotation)
        self.generic_visit(node)
        return node

    def visit_Assign(self, node: ast.Assign) -> Any:
        """``g[x < 0] = 0`` as what ``g`` is then, so that the mask is a part of an expression."""
        match node:
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Name() as held, slice=mask)],
                value=value,
            ) if _is_mask(mask) and _is_number(value):
                self.generic_visit(node)
                (target,) = node.targets
                return self._chosen(node, held, target.slice, node.value)  # type: ignore[attr-defined]
        self.generic_visit(node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        """``g[x < 0] *= 0.1`` in the same way."""
        match node:
            case ast.AugAssign(
                target=ast.Subscript(value=ast.Name() as held, slice=mask), value=value
            ) if _is_mask(mask) and _is_number(value):
                self.generic_visit(node)
                read = ast.copy_location(ast.Name(held.id, ast.Load()), held)
                changed = ast.BinOp(read, node.op, node.value)
                placed(changed, node.target)
                return self._chosen(node, held, node.target.slice, changed)  # type: ignore[union-attr]
        self.generic_visit(node)
        return node

    def _chosen(
        self, node: ast.stmt, held: ast.Name, mask: ast.expr, value: ast.expr
    ) -> ast.Assign:
        read = ast.copy_location(ast.Name(held.id, ast.Load()), held)
        chosen = _numpy("where", [mask, value, read], [])
        ast.copy_location(chosen, node)
        placed(chosen, node)
        to = ast.copy_location(ast.Name(held.id, ast.Store()), held)
        return ast.copy_location(ast.Assign([to], chosen), node)

    def visit_With(self, node: ast.With) -> Any:
        if all(self._is_mode(item.context_expr) for item in node.items):
            read = [self.visit(one) for one in node.body]
            return [part for one in read for part in (one if isinstance(one, list) else [one])]
        self.generic_visit(node)
        return node

    def _is_mode(self, node: ast.expr) -> bool:
        """Whether a ``with`` only says how the framework should follow along."""
        name = self.language.called(node.func) if isinstance(node, ast.Call) else None
        return name is not None and name.endswith(
            ("no_grad", "enable_grad", "autocast", "name_scope")
        )

    def visit_Expr(self, node: ast.Expr) -> Any:
        match node.value:
            case ast.Call(func=ast.Attribute(value=held, attr=attr)) if (
                self.language.in_place
                and attr.endswith("_")
                and not attr.startswith("_")
            ):
                return self._written(node, node.value, held, attr.removesuffix("_"))
        self.generic_visit(node)
        return node

    def _written(
        self, node: ast.Expr, call: ast.Call, held: ast.expr, attr: str
    ) -> Any:
        """``g.mul_(m)`` is ``g *= m``; any other write in place is one to all entries."""
        target = self.visit(held)
        match attr, [self.visit(one) for one in call.args]:
            case "masked_fill", [mask, value]:
                return self._assigned(node, target, mask, value)
            case "zero", []:
                return self._assigned(
                    node, target, ast.Constant(...), ast.Constant(0.0)
                )
            case ("copy" | "fill"), [value, *_]:
                return self._assigned(node, target, ast.Constant(...), value)
            case _, [value] if (
                attr in self.language.in_place
                and not call.keywords
                and isinstance(target, ast.Name)
            ):
                op = OPERATORS[self.language.in_place[attr]]()
                stored = ast.copy_location(ast.Name(target.id, ast.Store()), target)
                return ast.copy_location(ast.AugAssign(stored, op, value), node)
            case _:
                value = self.visit(call)
                return self._assigned(node, target, ast.Constant(...), value)

    def _assigned(
        self, node: ast.Expr, target: ast.expr, key: ast.expr, value: ast.expr
    ) -> ast.Assign:
        to = ast.copy_location(ast.Subscript(target, key, ast.Store()), node.value)
        for one in (key, value):
            placed(one, node.value)
        return ast.copy_location(ast.Assign([to], value), node)

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        language = self.language
        path = language.called(node)
        if path is not None:
            return self._constant(node, path)
        if node.attr in ("values", "indices") and isinstance(node.value, ast.Call):
            call = node.value
            if isinstance(call.func, ast.Attribute) and call.func.attr in (
                "max",
                "min",
            ):
                call.func.attr = (
                    f"a{call.func.attr}"
                    if node.attr == "values"
                    else f"arg{call.func.attr}"
                )
                return self.visit(call)
        self.generic_visit(node)
        form = language.attributes.get(node.attr)
        if form is not None and isinstance(node.ctx, ast.Load):
            template = Phrase(
                "", ("x",), None, {}, ast.parse(form, mode="eval").body
            ).read([node.value], {})
            return template
        return node

    def _constant(self, node: ast.Attribute, path: str) -> ast.expr:
        """A type, a constant or a function that is handed on."""
        name = path.rpartition(".")[2]
        if name.startswith(FLOATS):
            return ast.Name("float", ast.Load())
        if name.startswith(("int", "uint", "long", "short")):
            return ast.Name("int", ast.Load())
        if name == "bool":
            return ast.Name("bool", ast.Load())
        ours = self.language.elementwise.get(path, name)
        if hasattr(np, ours) or ours in ops.CATALOGUE:
            return ast.Attribute(ast.Name("np", ast.Load()), ours, ast.Load())
        raise Unknown(ast.unparse(node), node.lineno)

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        match node.value, node.slice:
            case (
                ast.Call(func=ast.Attribute(attr="max" | "min" as attr)) as call,
                ast.Constant(value=0 | 1 as which),
            ) if self.language.methods:
                call.func.attr = f"a{attr}" if which == 0 else f"arg{attr}"  # type: ignore[attr-defined]
                return self.visit(call)
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> Any:
        at = self._at(node)
        if at is not None:
            return at
        path = self.language.called(node.func)
        if path is not None:
            node.args = [self.visit(one) for one in node.args]
            for keyword in node.keywords:
                keyword.value = self.visit(keyword.value)
            return self._function(node, path)
        if (
            isinstance(node.func, ast.Attribute)
            and self.language.methods
            and not self._of_module(node.func)
        ):
            self.generic_visit(node)
            return self._method(node, node.func)
        self.generic_visit(node)
        return node

    def _of_module(self, func: ast.Attribute) -> bool:
        words = dotted(func)
        return words is not None and isinstance(
            self.language.scope.get(words[0]), ModuleType
        )

    def _at(self, node: ast.Call) -> ast.expr | None:
        """``x.at[key].set(value)``."""
        match node:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Subscript(
                        value=ast.Attribute(value=held, attr="at"), slice=key
                    ),
                    attr=attr,
                ),
                args=[value],
            ) if attr in WRITES:
                s_ = ast.Attribute(ast.Name("np", ast.Load()), "s_", ast.Load())
                index = ast.Subscript(s_, self.visit(key), ast.Load())
                write = ast.Attribute(
                    ast.Name("np", ast.Load()), WRITES[attr], ast.Load()
                )
                return ast.Call(
                    write, [self.visit(held), index, self.visit(value)], []
                )
            case _:
                return None

    def _function(self, node: ast.Call, path: str) -> ast.expr:
        language = self.language
        args, keywords = list(node.args), self._keywords(node)
        for phrase in language.by_name.get(path, ()):
            found = phrase.read(args, self._named(phrase, keywords))
            if found is not None:
                return found
        product = self._product(path, args, keywords)
        if product is not None:
            return product
        prefix, _, name = path.rpartition(".")
        for known in (path, f"{language.home}{name}"):
            if known in language.elementwise and not keywords:
                return _numpy(language.elementwise[known], args, [])
        if name.startswith(FLOATS):
            return ast.Call(ast.Name("float", ast.Load()), args, [])
        if prefix == language.numpy_like and (
            hasattr(np, name) or name in ops.CATALOGUE
        ):
            return _numpy(
                name, args, [ast.keyword(k, v) for k, v in keywords.items()]
            )
        if prefix == f"{language.numpy_like}.linalg":
            return _numpy(
                f"linalg.{name}",
                args,
                [ast.keyword(k, v) for k, v in keywords.items()],
            )
        raise Unknown(ast.unparse(getattr(node, "said", node).func), node.lineno)

    def _product(
        self, path: str, args: list[ast.expr], keywords: dict[str, ast.expr]
    ) -> ast.expr | None:
        """``tf.matmul(a, b, transpose_b=True)``."""
        if not path.endswith("matmul") or len(args) != 2:
            return None
        sides = []
        for side, letter in zip(args, "ab", strict=True):
            asked = keywords.pop(f"transpose_{letter}", ast.Constant(False))
            turned = isinstance(asked, ast.Constant) and bool(asked.value)
            sides.append(self._turned(side) if turned else side)
        return None if keywords else ast.BinOp(sides[0], ast.MatMult(), sides[1])

    def _turned(self, side: ast.expr) -> ast.expr:
        if self.language.batched:
            axes: list[ast.expr] = [ast.Constant(-1), ast.Constant(-2)]
            return _numpy("swapaxes", [side, *axes], [])
        return ast.Attribute(side, "T", ast.Load())

    def _method(self, node: ast.Call, func: ast.Attribute) -> ast.expr:
        language = self.language
        path = f"{language.home}{func.attr}"
        args, keywords = [func.value, *node.args], self._keywords(node)
        for name in (path, path.removesuffix("_")):
            for phrase in language.by_name.get(name, ()):
                found = phrase.read(args, self._named(phrase, keywords))
                if found is not None:
                    return _as_method(found)
            if name in language.elementwise and not keywords:
                return _numpy(language.elementwise[name], args, [])
        return node

    def _keywords(self, node: ast.Call) -> dict[str, ast.expr]:
        given = {
            one.arg: one.value for one in node.keywords if one.arg is not None
        }
        unbiased = given.pop("unbiased", None)
        if isinstance(unbiased, ast.Constant):
            given["correction"] = ast.Constant(int(bool(unbiased.value)))
        return {name: value for name, value in given.items() if name not in IGNORED}

    def _named(
        self, phrase: Phrase, keywords: Mapping[str, ast.expr]
    ) -> dict[str, ast.expr]:
        return {
            name
            if name in phrase.parameters
            else self.language.synonyms.get(name, name): value
            for name, value in keywords.items()
        }


class _Writer(ast.NodeTransformer):
    """Writes NumPy as the framework; leaves as it was what is still what the user wrote."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def visit(self, node: ast.AST) -> Any:
        said = getattr(node, "said", None)
        if said is not None and ast.dump(node) == node.heard:  # type: ignore[attr-defined]
            return said
        if isinstance(node, ast.expr):
            found = self._phrase(node)
            if found is not None:
                return found
        return super().visit(node)

    def _phrase(self, node: ast.expr) -> ast.expr | None:
        plain, as_method = _as_function(node)
        match plain:
            case ast.Call(
                func=ast.Attribute(attr="maximum" | "minimum"),
                args=[ast.Constant() as first, second],
            ):
                plain = ast.Call(plain.func, [second, first], [])
        for phrase in self.language.by_ours.get(_head(plain), ()):
            written = phrase.write(plain)
            if written is None:
                continue
            args = [self.visit(one) for one in written[0]]
            keywords = [
                ast.keyword(one.arg, self.visit(one.value)) for one in written[1]
            ]
            home, name = self.language.home, phrase.theirs.rpartition(".")[2]
            method = (
                self.language.methods
                and phrase.theirs == f"{home}{name}"
                and not hasattr(self.language.modules["torch"], name)
            )
            if (as_method or method) and self.language.methods and args:
                return ast.Call(
                    ast.Attribute(args[0], name, ast.Load()), args[1:], keywords
                )
            return ast.Call(self.language.named(phrase.theirs), args, keywords)
        return self._op(plain)

    def _op(self, node: ast.expr) -> ast.expr | None:
        """A call of one op, by its spelling in the dialect."""
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="np"), attr=name),
                args=args,
                keywords=keywords,
            ):
                pass
            case _:
                return None
        language = self.language
        args = [self.visit(one) for one in args]
        theirs = next(
            (path for path, ours in language.elementwise.items() if ours == name), None
        )
        if language.numpy_like and hasattr(np, name):
            theirs = f"{language.numpy_like}.{name}"
            keywords = [
                ast.keyword(one.arg, self.visit(one.value)) for one in keywords
            ]
        elif keywords:
            return None
        return (
            None
            if theirs is None
            else ast.Call(language.named(theirs), args, keywords)
        )

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        self.generic_visit(node)
        if self.language.numbers_and_masks or not isinstance(node.op, ast.Mult):
            return node
        # a mask is no number in this framework until it is made one
        if isinstance(node.right, ast.Compare):
            node.right = self._cast(node.right, node.left)
        elif isinstance(node.left, ast.Compare):
            node.left = self._cast(node.left, node.right)
        return node

    def _cast(self, mask: ast.expr, like: ast.expr) -> ast.expr:
        kind = ast.Attribute(again(like), "dtype", ast.Load())
        return ast.Call(
            self.language.named(f"{self.language.home}cast"), [mask, kind], []
        )


def _is_mask(index: ast.expr) -> bool:
    match index:
        case ast.Compare():
            return True
        case ast.UnaryOp(op=ast.Invert(), operand=inner):
            return _is_mask(inner)
        case ast.BinOp(op=ast.BitAnd() | ast.BitOr(), left=left, right=right):
            return _is_mask(left) and _is_mask(right)
        case _:
            return False


def _is_number(value: ast.expr) -> bool:
    inner = value.operand if isinstance(value, ast.UnaryOp) else value
    return isinstance(inner, ast.Constant)


def _numpy(
    name: str, args: list[ast.expr], keywords: list[ast.keyword]
) -> ast.Call:
    func = ast.parse(f"np.{name}", mode="eval").body
    for node in ast.walk(func):
        for place in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
            if hasattr(node, place):
                delattr(node, place)
    return ast.Call(func, args, keywords)


def _as_method(node: ast.expr) -> ast.expr:
    """``np.sum(x, axis=0)`` as ``x.sum(axis=0)``, where NumPy has the method."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="np"), attr=name), args=[x, *rest]
        ) if name in METHODS:
            return ast.Call(ast.Attribute(x, name, ast.Load()), rest, node.keywords)
        case _:
            return node


def _as_function(node: ast.expr) -> tuple[ast.expr, bool]:
    """The reverse, and whether it was a method."""
    match node:
        case ast.Call(func=ast.Attribute(value=x, attr=name)) if (
            name in METHODS and not (isinstance(x, ast.Name) and x.id == "np")
        ):
            return _numpy(name, [x, *node.args], node.keywords), True
        case ast.Call(func=ast.Attribute(value=x)):
            return node, not (isinstance(x, ast.Name) and x.id == "np")
        case _:
            return node, False


def _head(node: ast.expr) -> str:
    """By what a phrase is looked up: the function called, the attribute, the kind of expression."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name)):
            return f"{name}()"
        case ast.Attribute(attr=name):
            return f".{name}"
        case _:
            return ""


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
