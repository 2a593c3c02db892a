#!/usr/bin/env -S uv run --script

# /// script
# dependencies = ["nox>=2025.2.9"]
# ///
"""What CI does, a session each: ``nox -s tests``; ``nox -l`` lists them."""

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"


@nox.session
def lint(session: nox.Session) -> None:
    """Lint, format, types and floors."""
    session.install("-e", ".[dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports")


@nox.session
def tests(session: nox.Session) -> None:
    """The everyday tests; words after ``--`` are pytest's."""
    session.install("-e", ".[test]")
    session.run("pytest", *session.posargs)


@nox.session(venv_backend="none", default=False)
@nox.parametrize("script", ["run", "lowest", "newest", "site"])
def ci(session: nox.Session, script: str) -> None:
    """A script of ``.ci/``; each makes its own environment."""
    session.run(f".ci/{script}", *session.posargs, external=True)


if __name__ == "__main__":
    nox.main()
