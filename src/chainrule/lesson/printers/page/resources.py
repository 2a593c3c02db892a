"""The page's templates, styles and script, and what a policy needs to allow them."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined


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


def digest(text: str) -> str:
    """The hash by which a policy allows a style or a script."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
