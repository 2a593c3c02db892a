"""The page's templates, styles and script, and what a policy needs to allow them."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import resources
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from chainrule.emit.javascript.source import short

LIVE: Final = (
    "shared.js",
    "paint.js",
    "live.js",
    "fields.js",
    "walk.js",
    "rate.js",
    "sums.js",
    "opening.js",
)
"""What follows the numbers, in one scope."""


@cache
def environment() -> Environment:
    """The templates; everything put into them is escaped."""
    from chainrule.version import __version__

    environment = Environment(
        loader=PackageLoader("chainrule.lesson.printers.page", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["version"] = __version__
    return environment


@cache
def resource(name: str) -> str:
    """A file that belongs to the page."""
    folder = resources.files("chainrule.lesson.printers.page")
    return (folder / name).read_text(encoding="utf-8")


def following(program: str) -> str:
    """The script of a page that follows its numbers, which ``program`` computes."""
    body = "\n".join(short(resource(name)) for name in LIVE)
    strict = '"use strict";'
    return f"{strict}\n{program}\n{short(resource('numbers.js'))}\n{{\n{body}\n}}"


def compact(style: str) -> str:
    r"""A style without its margins and the spaces that only please the eye; those between selectors stay.

    >>> print(compact(".a:not(.b) p {\n  margin: 0 1rem;\n}"))
    .a:not(.b) p{margin:0 1rem;}
    """
    lines = " ".join(line.strip() for line in style.splitlines())
    bare = re.sub(r"\s*([{};])\s*", r"\1", re.sub(r"/\*.*?\*/", "", lines))
    return re.sub(r"(?<=[{;])([\w-]+):\s+", r"\1:", re.sub(r",\s+", ",", bare))


def digest(text: str) -> str:
    """The hash by which a policy allows a style or a script."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
