"""The verbs on the command line, one file a verb; errors are told in one form, with one exit code a kind."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from typing import TYPE_CHECKING

from chainrule.program import ChainruleError

if TYPE_CHECKING:
    import typer

VERBS = ("explain", "emit", "check", "train", "predict", "doctor")


def main() -> None:
    """Run the command line and leave with its exit code."""
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        app(arguments)(args=arguments, prog_name="chainrule")
    except ChainruleError as error:
        if debug:
            raise
        sys.stderr.write(f"error[{error.code}]: {error.body()}\n")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # the reader of a pipe (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(130)


def app(arguments: list[str] | None = None) -> typer.Typer:
    """The command line; only the verb asked for is imported, so that it starts quickly."""
    import typer

    built = typer.Typer(
        name="chainrule",
        help="Write the forward pass in plain NumPy; have the backward pass derived, explained, "
        "written out and checked.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @built.callback(invoke_without_command=True)
    def _(
        *, version: bool = typer.Option(False, "--version", help="Show the version.")
    ) -> None:
        if version:
            from chainrule.version import __version__

            typer.echo(f"chainrule {__version__}")
            raise typer.Exit

    asked = [verb for verb in VERBS if arguments and verb == arguments[0]]
    for verb in asked or VERBS:
        if importlib.util.find_spec(f"chainrule.cli.{verb}") is not None:
            module = importlib.import_module(f"chainrule.cli.{verb}")
            built.command(verb)(getattr(module, verb))
    return built
