"""``chainrule doctor``: versions, engines and devices, and how to get what is missing."""

from __future__ import annotations

import importlib.metadata
import platform
import sys

PACKAGES = {
    "numpy": "",
    "typer": "",
    "rich": "",
    "pydantic": "",
    "jinja2": "",
    "torch": "torch",
    "tensorflow": "tensorflow",
    "jax": "jax",
}


def doctor() -> None:
    """Show what is installed here, and what an extra would add."""
    from chainrule.version import __version__

    lines = [
        f"chainrule   {__version__}",
        f"python      {platform.python_version()}  {platform.platform()}",
    ]
    for package, extra in PACKAGES.items():
        version = _version(package)
        missing = (
            f'not installed: pip install "chainrule[{extra}]"' if extra else "missing"
        )
        lines.append(f"{package:<12}{version or missing}")
    sys.stdout.write("\n".join(lines) + "\n")


def _version(package: str) -> str | None:
    for name in (package, f"{package}-cpu"):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None
