"""The mistakes people make in backward passes, each with the change that takes it back, and its sentence."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from chainrule.check.place import known
from chainrule.check.spelled import CannotSpell, text_of
from chainrule.check.suspect import Suspect
from chainrule.program import Size, Value

PRODUCTS = (ast.Mult, ast.Div, ast.MatMult)


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What to write instead: ``old`` (a part of the expression) becomes ``new``; ``words`` fill the sentence."""

    old: ast.expr
    new: ast.expr
    words: dict[str, str] = field(default_factory=dict)
    sentence: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Slip:
    """A mistake: its kind, what is said about it, and the changes that would take it back."""

    kind: str
    sentence: str
    changes: Callable[[Suspect], Iterator[Change]]


def _name(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _binary(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.BinOp:
    return ast.BinOp(left, op, right)


def _transposed(node: ast.expr) -> ast.expr:
    return ast.Attribute(node, "T", ast.Load())


def _called(node: ast.expr, method: str, **options: object) -> ast.expr:
    keywords = [ast.keyword(key, ast.Constant(value)) for key, value in options.items()]  # type: ignore[arg-type]
    function = ast.Attribute(ast.Name("np", ast.Load()), method, ast.Load())
    return ast.Call(function, [node], keywords)


def _is_product(node: ast.expr) -> bool:
    match node:
        case ast.BinOp(op=ast.MatMult()):
            return True
        case ast.Call(func=ast.Attribute(attr="dot" | "matmul")):
            return True
        case _:
            return False


def _parents(suspect: Suspect) -> dict[ast.AST, list[ast.expr]]:
    """Each part with the parts it stands in, the nearest first."""
    found: dict[ast.AST, list[ast.expr]] = {suspect.root: []}
    for node in ast.walk(suspect.root):
        here = [node] if isinstance(node, ast.expr) else []
        for child in ast.iter_child_nodes(node):
            found[child] = [*here, *found.get(node, [])]
    return found


# wrong operands


def other_side_of_the_bend(suspect: Suspect) -> Iterator[Change]:
    """An activation where its input belongs, or the reverse, inside a slope."""
    parents = _parents(suspect)
    for node, item in suspect.leaves:
        nearest = [
            one
            for one in parents.get(node, [])
            if not (isinstance(one, ast.Attribute) and one.attr == "T")
        ]
        if nearest and _is_product(nearest[0]):
            continue
        for bent in suspect.bent:
            pairs = (
                (bent.x, bent.y, "the pre-activation", "the activation"),
                (bent.y, bent.x, "the activation", "the pre-activation"),
            )
            for wrong, right, is_a, of_a in pairs:
                if item is wrong and right in suspect.texts:
                    new = known(suspect.texts[right], right)
                    words = {
                        "bend": bent.bend.name,
                        "old": text_of(node),
                        "is": is_a,
                        "new": new.id,
                        "of": of_a,
                    }
                    yield Change(node, new, words)


def wrong_operand(suspect: Suspect) -> Iterator[Change]:
    """Another value of the same shape was meant."""
    for node, item in suspect.leaves:
        for other in suspect.others(item, node):
            if (
                not _in_mask(suspect, node)
                and not _is_old(suspect, item, other.item)
                and other.id != text_of(node)
            ):
                yield Change(node, other, {"old": text_of(node), "new": other.id})


def wrong_operand_turned(suspect: Suspect) -> Iterator[Change]:
    """Another value of the reversed shape was meant, turned."""
    for node, item in suspect.leaves:
        if len(item.shape) != 2:
            continue
        for text, other in suspect.place.visible.items():
            if (
                isinstance(other, Value)
                and other.shape == item.shape[::-1]
                and other is not item
                and suspect.usable(other)
            ):
                yield Change(
                    node,
                    _transposed(known(text, other)),
                    {"old": text_of(node), "new": f"{text}.T"},
                )


def updated_weight(suspect: Suspect) -> Iterator[Change]:
    """The parameter was updated before its old value was used up."""
    for node, item in suspect.leaves:
        for other in suspect.older(item, text_of(node)):
            yield Change(node, other, {"old": text_of(node)})


def wrong_mask(suspect: Suspect) -> Iterator[Change]:
    """The mask of another layer."""
    for node, item in suspect.leaves:
        if _in_mask(suspect, node) or item.dtype.kind == "b":
            for other in suspect.others(item, node):
                yield Change(node, other, {"old": text_of(node), "new": other.id})


def _in_mask(suspect: Suspect, node: ast.expr) -> bool:
    return any(isinstance(one, ast.Compare) for one in _parents(suspect).get(node, []))


def _is_old(suspect: Suspect, item: Value, other: object) -> bool:
    return any(
        update.after is item and update.before is other
        for update in suspect.study.script.updates
    )


# signs


def flipped_difference(suspect: Suspect) -> Iterator[Change]:
    """``y - p`` for ``p - y``."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                yield Change(node, _binary(right, ast.Sub(), left))


def needless_minus(suspect: Suspect) -> Iterator[Change]:
    """A minus too many."""
    for node in suspect.nodes:
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                yield Change(node, inner)


def wrong_sign(suspect: Suspect) -> Iterator[Change]:
    """A minus too few, or a plus in its place."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                yield Change(node, _binary(left, ast.Add(), right))
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                yield Change(node, _binary(left, ast.Sub(), right))
    yield Change(suspect.root, ast.UnaryOp(ast.USub(), suspect.root))
    for node in suspect.nodes[1:]:
        yield Change(node, ast.UnaryOp(ast.USub(), node))


# shapes


def not_turned(suspect: Suspect) -> Iterator[Change]:
    """A transpose missing, too many, or on the wrong side."""
    for node in suspect.nodes:
        match node:
            case ast.Attribute(value=inner, attr="T"):
                yield Change(node, inner, {"old": text_of(node), "new": text_of(inner)})
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                yield from _turnings(node, left, right)
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="np"), attr="dot" | "matmul"),
                args=[left, right],
            ):
                yield from _turnings(node, left, right)
    for node in suspect.nodes:
        shape = suspect.shape(node)
        if shape is not None and len(shape) == 2 and not isinstance(node, ast.Constant):
            yield Change(
                node,
                _transposed(node),
                {"old": text_of(node), "new": text_of(_transposed(node))},
            )


def _turned(node: ast.expr) -> ast.expr:
    return (
        node.value
        if isinstance(node, ast.Attribute) and node.attr == "T"
        else _transposed(node)
    )


def _turnings(node: ast.expr, left: ast.expr, right: ast.expr) -> Iterator[Change]:
    pairs = [
        (right, left),
        (_turned(left), right),
        (left, _turned(right)),
        (_turned(left), _turned(right)),
        (_turned(right), left),
        (right, _turned(left)),
        (_turned(right), _turned(left)),
    ]
    for one, other in pairs:
        new = _binary(one, ast.MatMult(), other)
        yield Change(node, new, {"old": text_of(node), "new": text_of(new)})


def elementwise_for_product(suspect: Suspect) -> Iterator[Change]:
    """``*`` where ``@`` belongs, or the reverse."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                for one, other in (
                    (left, right),
                    (_turned(left), right),
                    (left, _turned(right)),
                    (right, left),
                    (_turned(right), left),
                    (right, _turned(left)),
                ):
                    yield Change(
                        node,
                        _binary(one, ast.MatMult(), other),
                        {"is": "elementwise", "of": "a matrix product"},
                    )
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                for one, other in (
                    (left, right),
                    (_turned(left), right),
                    (left, _turned(right)),
                ):
                    yield Change(
                        node,
                        _binary(one, ast.Mult(), other),
                        {"is": "a matrix product", "of": "elementwise"},
                    )


def missing_sum(suspect: Suspect) -> Iterator[Change]:
    """A gradient of something shared by all samples that is not added up over them."""
    for node in suspect.nodes:
        shape = suspect.shape(node)
        if shape is None or not shape:
            continue
        for axis in (*range(len(shape)), None, *_pairs(len(shape))):
            for keep in (False, True):
                options: dict[str, object] = {} if axis is None else {"axis": axis}
                if keep:
                    options["keepdims"] = True
                new = _called(node, "sum", **options)
                yield Change(
                    node,
                    new,
                    {"axis": "everything" if axis is None else f"axis {axis}"},
                )


def _pairs(ndim: int) -> list[tuple[int, ...]]:
    return [
        axes for axes in ((0, 1), (0, 2), (0, 2, 3), (2, 3), (1, 2)) if max(axes) < ndim
    ]


def wrong_axis(suspect: Suspect) -> Iterator[Change]:
    """A sum, mean or maximum along another axis."""
    for node in suspect.nodes:
        if not isinstance(node, ast.Call):
            continue
        axes = [keyword for keyword in node.keywords if keyword.arg == "axis"]
        for keyword in axes:
            for axis in (0, 1, -1, 2, None):
                for keep in _keeps(node):
                    yield Change(
                        node,
                        _with(node, axis, keep),
                        {
                            "old": f"axis={ast.unparse(keyword.value)}",
                            "new": f"axis={axis}",
                        },
                    )
        if (
            not axes
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("sum", "mean")
        ):
            for axis in (0, 1, -1):
                for keep in _keeps(node):
                    yield Change(
                        node,
                        _with(node, axis, keep),
                        {"old": "everything", "new": f"axis={axis}"},
                    )


def _keeps(node: ast.Call) -> tuple[bool, bool]:
    has = any(keyword.arg == "keepdims" for keyword in node.keywords)
    return (has, not has)


def _with(node: ast.Call, axis: int | None, keep: bool) -> ast.Call:  # noqa: FBT001 - NumPy's own option
    others = [
        keyword for keyword in node.keywords if keyword.arg not in ("axis", "keepdims")
    ]
    chosen = [] if axis is None else [ast.keyword("axis", _name(str(axis)))]
    kept = [ast.keyword("keepdims", ast.Constant(True))] if keep else []
    return ast.Call(node.func, node.args, [*chosen, *kept, *others])


def needless_sum(suspect: Suspect) -> Iterator[Change]:
    """A sum where every entry has its own gradient."""
    for node in suspect.nodes:
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="np"), attr="sum" | "mean"),
                args=[inner, *_],
            ):
                yield Change(node, inner, {"old": text_of(node)})
            case ast.Call(func=ast.Attribute(value=inner, attr="sum" | "mean")):
                yield Change(node, inner, {"old": text_of(node)})


# factors


def missing_slope(suspect: Suspect) -> Iterator[Change]:
    """The derivative of an activation is forgotten."""
    for bent in suspect.bent:
        for slope in bent.bend.slopes:
            node = _slope(suspect, slope, bent.x, bent.y)
            if node is None:
                continue
            words = {"bend": bent.bend.name, "slope": text_of(node)}
            yield Change(suspect.root, _binary(suspect.root, ast.Mult(), node), words)
            for part in suspect.nodes[1:]:
                if suspect.shape(part) == bent.x.shape:
                    yield Change(part, _binary(part, ast.Mult(), node), words)


def wrong_slope(suspect: Suspect) -> Iterator[Change]:
    """The derivative of another activation."""
    for bent in suspect.bent:
        for slope in bent.bend.slopes:
            node = _slope(suspect, slope, bent.x, bent.y)
            if node is None:
                continue
            for part in suspect.nodes[1:] or suspect.nodes:
                if (
                    suspect.shape(part) in (bent.x.shape, ())
                    and part is not suspect.root
                ):
                    yield Change(
                        part,
                        node,
                        {
                            "bend": bent.bend.name,
                            "slope": text_of(node),
                            "old": text_of(part),
                        },
                    )


def _slope(suspect: Suspect, slope: str, x: Value, y: Value) -> ast.expr | None:
    wanted = {"x": x, "y": y}
    if any(
        "{" + key + "}" in slope and value not in suspect.texts
        for key, value in wanted.items()
    ):
        return None

    class Fill(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            value = wanted.get(node.id.removeprefix("hole_"))
            return (
                known(suspect.texts[value], value)
                if node.id.startswith("hole_") and value
                else node
            )

    tree = ast.parse(slope.format(x="hole_x", y="hole_y"), mode="eval").body
    for node in ast.walk(tree):
        for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
            if hasattr(node, name):
                delattr(node, name)
    result: ast.expr = Fill().visit(tree)
    return result


def wrong_power(suspect: Suspect) -> Iterator[Change]:
    """A square forgotten, or taken where none is."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=base, op=ast.Pow(), right=ast.Constant(value=power)):
                yield Change(node, base, {"old": text_of(node), "new": text_of(base)})
                for other in (2, 3, 1.5, -1, -2, -0.5, -1.5, 0.5):
                    if other != power:
                        new = _binary(base, ast.Pow(), _name(str(other)))
                        yield Change(
                            node, new, {"old": text_of(node), "new": text_of(new)}
                        )
    for node, _ in suspect.leaves:
        new = _binary(node, ast.Pow(), ast.Constant(2))
        yield Change(node, new, {"old": text_of(node), "new": text_of(new)})
        root = _called(node, "sqrt")
        yield Change(node, root, {"old": text_of(node), "new": text_of(root)})


def wrong_constant(suspect: Suspect) -> Iterator[Change]:
    """Another number in front."""
    for node in suspect.nodes:
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, int | float)
            and not isinstance(node.value, bool)
        ):
            for other in (1, 2, 0.5, 3, 4, 0):
                if other != node.value:
                    yield Change(
                        node,
                        ast.Constant(other),
                        {"old": text_of(node), "new": str(other)},
                    )


def surplus_number(suspect: Suspect) -> Iterator[Change]:
    """A number multiplied or divided by once too often."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                for kept, dropped in ((left, right), (right, left)):
                    if suspect.shape(dropped) == ():
                        yield Change(
                            node,
                            kept,
                            {"number": text_of(dropped), "done": "multiplied"},
                        )
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                if suspect.shape(right) == ():
                    yield Change(
                        node, left, {"number": text_of(right), "done": "divided"}
                    )


def mean_for_sum(suspect: Suspect) -> Iterator[Change]:
    """A mean where a sum belongs, or the reverse."""
    for node in suspect.nodes:
        match node:
            case ast.Call(
                func=ast.Attribute(value=held, attr="mean" | "sum" as attr),
                args=args,
                keywords=keywords,
            ):
                other = "sum" if attr == "mean" else "mean"
                new = ast.Call(ast.Attribute(held, other, ast.Load()), args, keywords)
                yield Change(node, new, {"old": attr, "new": other})


def surplus_factor(suspect: Suspect) -> Iterator[Change]:
    """A factor, such as a slope, that does not belong here or is there already."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                yield Change(node, left, {"factor": text_of(right)})
                yield Change(node, right, {"factor": text_of(left)})
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                yield Change(node, left, {"factor": text_of(right)})


def forgotten_factor(suspect: Suspect) -> Iterator[Change]:
    """A value at hand that should be multiplied or divided by."""
    study = suspect.study
    for text, item in suspect.place.visible.items():
        if (
            not isinstance(item, Value)
            or not suspect.usable(item)
            or item.dtype.kind not in "fb"
        ):
            continue
        if item in study.moved or item in study.forward:
            for op, done in ((ast.Mult(), "multiplied"), (ast.Div(), "divided")):
                new = _binary(suspect.root, op, known(text, item))
                yield Change(suspect.root, new, {"factor": text, "done": done})


def mask_inverted(suspect: Suspect) -> Iterator[Change]:
    """Passed where it should be stopped."""
    flips: dict[type[ast.cmpop], ast.cmpop] = {
        ast.Gt: ast.LtE(), ast.GtE: ast.Lt(), ast.Lt: ast.GtE(), ast.LtE: ast.Gt(), ast.Eq: ast.NotEq(), ast.NotEq: ast.Eq(),
    }  # fmt: skip
    for node in suspect.nodes:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]) if (
                type(op) in flips
            ):
                new = ast.Compare(left, [flips[type(op)]], [right])
                yield Change(node, new, {"old": text_of(node), "new": text_of(new)})
            case ast.UnaryOp(op=ast.Invert() | ast.Not(), operand=inner):
                yield Change(node, inner, {"old": text_of(node), "new": text_of(inner)})
            case ast.Call(
                func=ast.Attribute(attr="where"), args=[condition, one, other]
            ):
                new_call = ast.Call(node.func, [condition, other, one], [])
                yield Change(
                    node, new_call, {"old": text_of(node), "new": text_of(new_call)}
                )
            case ast.BinOp(left=ast.Constant(value=1 | 1.0), op=ast.Sub(), right=inner):
                yield Change(node, inner, {"old": text_of(node), "new": text_of(inner)})
    for node, item in suspect.leaves:
        if item.dtype.kind == "b":
            yield Change(
                node,
                ast.UnaryOp(ast.Invert(), node),
                {"old": text_of(node), "new": f"~{text_of(node)}"},
            )
        elif item.dtype.kind == "f" and item not in suspect.study.moved:
            rest = _binary(ast.Constant(1), ast.Sub(), node)
            yield Change(node, rest, {"old": text_of(node), "new": text_of(rest)})


def truncation(suspect: Suspect) -> Iterator[Change]:
    """An integer division, or a cast to integers."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.FloorDiv(), right=right):
                yield Change(
                    node, _binary(left, ast.Div(), right), {"old": text_of(node)}
                )
            case ast.Call(func=ast.Name(id="int" | "round"), args=[inner, *_]):
                yield Change(node, inner, {"old": text_of(node)})
            case ast.Call(func=ast.Attribute(value=inner, attr="astype" | "round")):
                yield Change(node, inner, {"old": text_of(node)})
            case ast.Call(
                func=ast.Attribute(attr="round" | "floor" | "rint" | "trunc"),
                args=[inner, *_],
            ):
                yield Change(node, inner, {"old": text_of(node)})


# terms


def missing_term(suspect: Suspect) -> Iterator[Change]:
    """One of several contributions to a gradient is left out."""
    derived = suspect.study.derived
    for step in derived.steps:
        if len(step.contributions) < 2:
            continue
        for part in step.contributions:
            for sign in (1, -1):
                yield from _completed(suspect, part.gradient, sign)


def _completed(suspect: Suspect, gradient: Value, sign: int) -> Iterator[Change]:
    try:
        term = suspect.words.expression(gradient)
    except CannotSpell:
        return
    bare = (
        term.operand
        if isinstance(term, ast.UnaryOp) and isinstance(term.op, ast.USub)
        else term
    )
    words = {"term": text_of(bare)}
    for node in suspect.nodes:
        if suspect.shape(node) == gradient.shape:
            yield Change(node, _added(node, term, sign), words)


def _added(node: ast.expr, term: ast.expr, sign: int = 1) -> ast.expr:
    if isinstance(term, ast.UnaryOp) and isinstance(term.op, ast.USub):
        return _binary(node, ast.Sub() if sign > 0 else ast.Add(), term.operand)
    return _binary(node, ast.Add() if sign > 0 else ast.Sub(), term)


def missing_summand(suspect: Suspect) -> Iterator[Change]:
    """A value at hand that should be added or taken away: a target, or what arrives from the next time step."""
    at_hand = [
        (text, item)
        for text, item in suspect.place.visible.items()
        if isinstance(item, Value) and item.dtype.kind in "fib" and suspect.usable(item)
    ]
    for node in suspect.nodes:
        shape = suspect.shape(node)
        for text, item in at_hand:
            if _fits(item.shape, shape) and not isinstance(node, ast.Constant):
                term = known(text, item)
                yield Change(node, _binary(node, ast.Add(), term), {"term": text})
                yield Change(node, _binary(node, ast.Sub(), term), {"term": text})


def _fits(shape: tuple[int, ...], whole: tuple[int, ...] | None) -> bool:
    """Whether a value can be added without making the whole larger."""
    try:
        return whole is not None and np.broadcast_shapes(shape, whole) == whole
    except ValueError:
        return False


def regulariser(suspect: Suspect) -> Iterator[Change]:
    """The regulariser's share is missing, or has another factor."""
    parameters = set(suspect.study.script.parameters)
    visible = suspect.place.visible
    numbers = [
        known(text, item)
        for text, item in visible.items()
        if isinstance(item, Value)
        and item.shape == ()
        and item.dtype.kind == "f"
        and item in suspect.study.forward
    ]
    weights = [
        known(text, item)
        for text, item in visible.items()
        if isinstance(item, Value) and item in parameters and item is suspect.target
    ]
    counts = [
        known(text, item)
        for text, item in visible.items()
        if isinstance(item, Size | int) and not isinstance(item, bool)
    ]
    for weight in weights:
        for number in numbers:
            plain = _binary(number, ast.Mult(), weight)
            shares: list[ast.expr] = [
                plain,
                _binary(
                    _binary(ast.Constant(2), ast.Mult(), number), ast.Mult(), weight
                ),
            ]
            shares += [_binary(plain, ast.Div(), count) for count in counts]
            for share in shares:
                words = {"term": text_of(share)}
                yield Change(
                    suspect.root, _binary(suspect.root, ast.Add(), share), words
                )
                match suspect.root:
                    case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
                        yield Change(
                            right,
                            share,
                            {**words, "old": text_of(right)},
                            "The regulariser's share {old} should be {term}.",
                        )
                        yield Change(
                            left,
                            share,
                            {**words, "old": text_of(left)},
                            "The regulariser's share {old} should be {term}.",
                        )


def surplus_term(suspect: Suspect) -> Iterator[Change]:
    """A summand that does not belong here."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                yield Change(node, left, {"term": text_of(right)})
                yield Change(node, right, {"term": text_of(left)})
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                yield Change(node, left, {"term": text_of(right)})


def overwritten(suspect: Suspect) -> Iterator[Change]:
    """Assigned where it should be added to what is there."""
    for text, _ in suspect.execution.results:
        held = suspect.place.visible.get(text or "")
        if (
            held is not None
            and isinstance(held, Value)
            and suspect.execution.site.augmented is None
        ):
            yield Change(
                suspect.root,
                _binary(known(text or "", held), ast.Add(), suspect.root),
                {"name": text or ""},
            )


def softmax_as_elementwise(suspect: Suspect) -> Iterator[Change]:
    """P * (1 - p), or p alone, for the whole Jacobian of a softmax."""
    for node in (suspect.root, *suspect.nodes[1:]):
        shape = suspect.shape(node)
        if shape is None or not shape:
            continue
        for _, p in suspect.leaves:
            if p.shape != shape or p not in suspect.study.forward:
                continue
            for _, dp in suspect.leaves:
                if (
                    dp.shape != shape
                    or dp is p
                    or dp not in suspect.texts
                    or p not in suspect.texts
                ):
                    continue
                for axis in (-1, 0):
                    one, other = (
                        known(suspect.texts[p], p),
                        known(suspect.texts[dp], dp),
                    )
                    inner = _called(
                        _binary(other, ast.Mult(), one), "sum", axis=axis, keepdims=True
                    )
                    new = _binary(one, ast.Mult(), _binary(other, ast.Sub(), inner))
                    yield Change(node, new, {"p": one.id})


SLIPS: tuple[Slip, ...] = (
    Slip(
        "activation for pre-activation",
        "The derivative of {bend} is taken at {is} {old}; it is of {of} {new}.",
        other_side_of_the_bend,
    ),
    Slip(
        "updated weight",
        "{old} has been updated before this line; the gradient goes through its old value.",
        updated_weight,
    ),
    Slip(
        "wrong mask",
        "The mask is of another layer: {old} where {new} belongs.",
        wrong_mask,
    ),
    Slip("sign", "The sign is flipped.", needless_minus),
    Slip(
        "sign",
        "The difference is the wrong way round: the sign is flipped.",
        flipped_difference,
    ),
    Slip(
        "mask inverted",
        "The mask is inverted: {old} where {new} belongs.",
        mask_inverted,
    ),
    Slip("sign", "The sign is flipped.", wrong_sign),
    Slip("power", "{old} should be {new}.", wrong_power),
    Slip("wrong axis", "The wrong axis: {old} where {new} belongs.", wrong_axis),
    Slip("regulariser", "The regulariser's share {term} is missing.", regulariser),
    Slip("factor", "It is {done} by {number} once too often.", surplus_number),
    Slip("factor", "The {old} should be a {new}.", mean_for_sum),
    Slip("factor", "The number {old} should be {new}.", wrong_constant),
    Slip(
        "wrong operand", "The wrong operand: {old} where {new} belongs.", wrong_operand
    ),
    Slip("transpose", "A transpose is wrong: {old} where {new} belongs.", not_turned),
    Slip(
        "elementwise for matrix product",
        "This is {is} and should be {of}.",
        elementwise_for_product,
    ),
    Slip(
        "missing sum",
        "The sum over {axis} is missing: what is shared gets the gradients of all that use it.",
        missing_sum,
    ),
    Slip(
        "needless sum",
        "There is nothing to sum here: each entry has its own gradient ({old}).",
        needless_sum,
    ),
    Slip(
        "missing derivative",
        "The derivative of {bend} is missing: the factor {slope}.",
        missing_slope,
    ),
    Slip("truncation", "{old} cuts off everything behind the point.", truncation),
    Slip("missing term", "The term {term} is missing.", missing_term),
    Slip(
        "overwritten",
        "{name} is overwritten; this should be added to what is already there.",
        overwritten,
    ),
    Slip("missing term", "The term {term} is missing.", missing_summand),
    Slip("surplus factor", "The factor {factor} does not belong here.", surplus_factor),
    Slip("surplus term", "The term {term} does not belong here.", surplus_term),
    Slip(
        "softmax as elementwise",
        "The softmax is treated as elementwise: every entry of {p} depends on every logit.",
        softmax_as_elementwise,
    ),
    Slip(
        "wrong derivative",
        "{old} is not the derivative of {bend}, which is {slope}.",
        wrong_slope,
    ),
    Slip(
        "wrong operand",
        "The wrong operand: {old} where {new} belongs.",
        wrong_operand_turned,
    ),
    Slip("missing factor", "It should be {done} by {factor}.", forgotten_factor),
)

__all__ = ["SLIPS", "Change", "Slip"]
