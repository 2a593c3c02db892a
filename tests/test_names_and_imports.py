"""A class name means one thing, and no modules import each other in a circle, types included."""

import ast
from collections import defaultdict

import pytest

from library_source import trees

STILL_SHARED = {
    "Bend",
    "Counter",
    "Data",
    "Difference",
    "Differentiable",
    "Edit",
    "Epochs",
    "Finding",
    "Judged",
    "Known",
    "Loop",
    "Moments",
    "Move",
    "Operand",
    "Place",
    "Reading",
    "Recording",
    "Row",
    "Seen",
    "Site",
    "Slope",
    "Source",
    "Statement",
    "Statements",
    "Step",
    "Storage",
    "Study",
    "Training",
    "Way",
    "Words",
    "Written",
    "_At",
}
"""Class names that mean two things yet, ``check`` having most of them; they may only become fewer."""
STILL_CIRCLES = {
    frozenset(
        {
            "check.steps.first_wrong",
            "check.steps.oracle",
            "check.steps.search",
            "check.steps.slopes",
        }
    ),
    frozenset({"check.surroundings.lost", "check.surroundings.steps"}),
}
"""Modules that import each other yet; they may only become fewer."""


def module_of(file):
    """``emit/c/__init__.py`` is the module ``emit.c``."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


MODULES = {module_of(file): tree for file, tree in trees().items()}


def imported(module):
    """The modules of the library that one imports while it is imported, or for its types."""
    pending = list(MODULES[module].body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.ImportFrom) and node.module:
            package = node.module.removeprefix("chainrule").removeprefix(".")
            for one in node.names:
                inner = f"{package}.{one.name}".removeprefix(".")
                yield inner if inner in MODULES else package
        elif isinstance(node, ast.stmt) and not isinstance(node, ast.FunctionDef):
            pending += ast.iter_child_nodes(node)


def circles(graph):
    """The groups of modules that each reach all others of theirs."""
    reached = {}
    for module in graph:
        seen, pending = set(), [module]
        while pending:
            for one in graph[pending.pop()] - seen:
                seen.add(one)
                pending.append(one)
        reached[module] = seen
    return {
        frozenset(other for other in seen if module in reached[other])
        for module, seen in reached.items()
        if module in seen
    }


def test_no_further_class_name_means_two_things():
    where = defaultdict(list)
    for file, tree in trees().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                where[node.name].append(file)
    shared = {name for name, files in where.items() if len(files) > 1}
    assert shared <= STILL_SHARED, {name: where[name] for name in shared}


def test_no_further_modules_import_each_other():
    graph = {
        module: {one for one in imported(module) if one in MODULES} - {module}
        for module in MODULES
    }
    found = circles(graph)
    assert found <= STILL_CIRCLES, [sorted(one) for one in found - STILL_CIRCLES]


@pytest.mark.parametrize("way", [{"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}])
def test_a_circle_would_be_found(way):
    assert circles(way) == {frozenset("abc")}
