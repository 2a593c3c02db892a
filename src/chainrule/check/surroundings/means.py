"""A mean over the wrong axis, and a loss that is averaged over some of its axes only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chainrule import ops
from chainrule.check.surroundings.finding import Finding, Piece, Severity
from chainrule.check.surroundings.scene import Scene
from chainrule.check.surroundings.softmax import along, axis_of, label_axis
from chainrule.program import Line, Value

STATISTICS = frozenset({"mean", "var", "std"})
NORMS = (
    (re.compile(r"batch_?norm|(^|_)bn(\d|_|$)", re.IGNORECASE), "batch", "samples"),
    (re.compile(r"layer_?norm|(^|_)ln(\d|_|$)", re.IGNORECASE), "layer", "features"),
)


def loss_not_reduced(scene: Scene) -> Iterator[Finding]:
    """A loss that is still an array: one number for each sample, or for each output."""
    loss = scene.script.loss
    made = scene.made_by(loss)
    while made is not None and made.op is ops.negative:
        made = scene.made_by(made.args[0])
    if loss.shape == () or made is None or _size(loss) == 1 or made.op is ops.subtract:
        return
    execution = (
        next(
            (
                one
                for one in scene.script.watch.executions
                if any(item is loss for _, item in one.results)
            ),
            None,
        )
        if scene.script.watch is not None
        else None
    )
    if execution is None:
        return
    node = scene.nodes.get(scene.span(execution.site.expression))
    if not isinstance(node, ast.expr):
        return
    whole = [
        line.op.name
        for line in scene.readers.get(loss, ())
        if line.op.name in ("mean", "sum") and line.result.shape == ()
    ]
    how = whole[0] if whole else "mean"
    name = scene.called(loss) or "the loss"
    axis = made.params.get("axis") if made.op.name in ("mean", "sum") else None
    along_axis = (
        "" if axis is None else f", for the {made.op.name} runs along axis {axis} alone"
    )
    yield scene.finding(
        "loss not reduced",
        Severity.WARNING if whole else Severity.MISTAKE,
        node,
        f"{name} has the shape {loss.shape}{along_axis}: it is no single number, so it has no one gradient.",
        _reduced(scene, node, made, how),
        name=name,
    )


def _size(value: Value) -> int:
    size = 1
    for length in value.shape:
        size *= length
    return size


def _reduced(scene: Scene, node: ast.expr, made: Line, how: str) -> tuple[Piece, ...]:
    """``axis=0`` taken out of a mean that is meant to be of everything; otherwise a mean around it all."""
    call = scene.node(made.at)
    if (
        isinstance(call, ast.Call)
        and made.op.name == how
        and len(call.keywords) == 1
        and call.args
    ):
        (keyword,) = call.keywords
        if keyword.arg == "axis":
            _, _, line, column = scene.span(call.args[-1])
            _, _, end_line, end_column = scene.span(keyword)
            return (Piece(line, column, end_line, end_column, ""),)
    return (scene.before(node, f"np.{how}("), scene.after(node, ")"))


def entropy_over_samples(scene: Scene) -> Iterator[Finding]:
    """A cross-entropy added up over the samples and averaged over the classes."""
    for line in scene.lines:
        source = line.args[0] if line.args else None
        if (
            line.op is not ops.sum
            or line.result not in scene.forward
            or not isinstance(source, Value)
            or source.ndim != 2
            or not is_averaged(scene, line.result)
        ):
            continue
        axis, classes = axis_of(line), _classes(scene, source)
        node = scene.node(line.at)
        if classes is None or axis is None or axis == classes or node is None:
            continue
        n, k = source.shape[axis], source.shape[classes]
        yield scene.finding(
            "mean over the wrong axis",
            Severity.MISTAKE,
            node,
            f"The sum runs along axis {axis}, over the {n} samples, and the mean over the {k} classes: the loss is "
            f"{n}/{k} times the cross-entropy, and so is every gradient.",
            along(scene, node, classes, keep=False),
        )


def is_averaged(scene: Scene, value: Value) -> bool:
    """Whether nothing but a mean over everything is made of a value."""
    readers = [
        line for line in scene.readers.get(value, ()) if line.result in scene.forward
    ]
    if len(readers) == 1 and readers[0].op is ops.negative:
        return is_averaged(scene, readers[0].result)
    return (
        len(readers) == 1
        and readers[0].op is ops.mean
        and readers[0].result.shape == ()
    )


def _classes(scene: Scene, value: Value) -> int | None:
    """The axis of the classes of ``labels * log(p)``."""
    line = scene.made_by(value)
    if line is not None and line.op is ops.negative:
        line = scene.made_by(line.args[0])
    if line is None or line.op is not ops.multiply:
        return None
    return label_axis(scene, line, value)


def norm_over_the_wrong_axis(scene: Scene) -> Iterator[Finding]:
    """Statistics of a batch norm taken over the features, or of a layer norm over the samples.

    Only what is called a batch norm or a layer norm can be told apart: both have a scale for each feature.
    """
    for line in scene.lines:
        source, node = line.args[0] if line.args else None, scene.node(line.at)
        if (
            line.op.name not in STATISTICS
            or line.result not in scene.forward
            or not isinstance(source, Value)
            or source.ndim != 2
            or min(source.shape) < 2
            or node is None
        ):
            continue
        axis, features = axis_of(line), _feature_axis(scene, line)
        norm = _norm(scene, node)
        if axis is None or features is None or norm is None:
            continue
        kind, over = norm
        wanted = 1 - features if kind == "batch" else features
        if axis == wanted:
            continue
        other = "features" if over == "samples" else "samples"
        yield scene.finding(
            "mean over the wrong axis",
            Severity.MISTAKE,
            node,
            f"A {kind} norm takes its {line.op.name} over the {over}, along axis {wanted}; this runs along axis {axis}, "
            f"over the {other}. What is learned for each feature then scales something else.",
            along(scene, node, wanted, keep=wanted == 1),
        )


def _norm(scene: Scene, node: ast.AST) -> tuple[str, str] | None:
    """Which norm the source says this is: by the name of its function, of what is bound, or a comment above."""
    names = [
        one.name
        for one in scene.around(node)
        if isinstance(one, ast.FunctionDef | ast.ClassDef)
    ]
    statement = scene.statement(node)
    first = statement.lineno
    names += [one.id for one in ast.walk(statement) if isinstance(one, ast.Name)]
    above = scene.text[max(first - 4, 0) : first]
    comments = [
        text.partition("#")[2].replace(" ", "_").replace("-", "_") for text in above
    ]
    for pattern, kind, over in NORMS:
        if any(pattern.search(name) for name in [*names, *comments]):
            return kind, over
    return None


def _feature_axis(scene: Scene, line: Line) -> int | None:
    """The axis along which the parameter lies that scales what was normed with these statistics."""
    source = line.args[0]
    ahead, seen = [line.result], {line.result}
    parameters = scene.parameters
    while ahead:
        for reader in scene.readers.get(ahead.pop(), ()):
            if not reader.op.elementwise or reader.result in seen:
                continue
            for arg in reader.args:
                if (
                    reader.op is ops.multiply
                    and isinstance(arg, Value)
                    and isinstance(source, Value)
                    and arg in parameters
                    and reader.result.shape == source.shape
                ):
                    return 0 if arg.ndim == 2 and arg.shape[1] == 1 else 1
            seen.add(reader.result)
            ahead.append(reader.result)
    return None
