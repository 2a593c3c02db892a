"""The library's own source, parsed once for all tests that read it."""

import ast
from functools import cache
from pathlib import Path

import chainrule

SOURCE = Path(chainrule.__file__).parent
FILES = {path.relative_to(SOURCE).as_posix(): path for path in SOURCE.rglob("*.py")}
TEXTS = {name: path.read_text(encoding="utf-8") for name, path in sorted(FILES.items())}


@cache
def tree(name: str) -> ast.Module:
    """A file as its syntax tree."""
    return ast.parse(TEXTS[name])


def trees() -> dict[str, ast.Module]:
    """All files as syntax trees."""
    return {name: tree(name) for name in TEXTS}
