"""The verbs on the command line, one file a verb; errors are told in one form, with one exit code a kind."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from chainrule.cli import outputs
from chainrule.cli.shells import with_shell
from chainrule.cli.supervised import apart
from chainrule.cli.terminal import streams
from chainrule.cli.words import with_dashes
from chainrule.program import (
    ChainruleError,
    CorruptFileError,
    LimitError,
    UsageError,
)
from chainrule.program.sources import ARGUMENTS

if TYPE_CHECKING:
    import typer

VERBS = {
    "explain": "Tell the lesson of a network, step by step.",
    "emit": "Write its gradients as source to paste.",
    "why": "Say where a zero, a NaN, a tiny or a huge number comes from.",
    "check": "Find the first wrong line of a backward pass.",
    "grade": "Check a folder of submissions, and give points.",
    "worksheet": "Make worksheets of a network, other numbers for each pupil.",
    "mark": "Mark the answers to worksheets.",
    "train": "Train a network on a table.",
    "predict": "Predict the rows of a table.",
    "doctor": "Show what is installed, and what an extra adds.",
}
RUN_SCRIPTS = ("explain", "emit", "why", "check", "worksheet")
"""The verbs that run a user's code."""


class OurFault(ChainruleError):  # noqa: N818 - it says whose it is
    """A fault of chainrule's own, which is neither a verdict nor the user's (E900)."""

    exit_code = 70


def main() -> None:
    """Run the command line and leave with its exit code."""
    arguments, debug = _without_debug(sys.argv[1:])
    outputs.written.clear()
    arguments, own = _apart_from_the_script(arguments)
    ARGUMENTS.set(own)
    outputs.given[:] = arguments
    with streams(), warnings.catch_warnings():
        # of lines of ours, which nobody wrote: what is not finite is told where it is the user's
        warnings.filterwarnings("ignore", category=RuntimeWarning, module="chainrule")
        code = _run(arguments, debug=debug)
    sys.exit(code)


def entry() -> None:
    """The same for a process of its own: where a script is run, in a process whose end cannot be taken for a verdict."""
    # what is imported stays to the end, and most commands are over before there is garbage worth a search
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    arguments = sys.argv[1:]
    verb = next((word for word in arguments if not word.startswith("-")), "")
    scripts = any(
        Path(word.split(":")[0]).suffix in (".py", ".ipynb") for word in arguments
    )
    if verb in RUN_SCRIPTS and scripts:
        apart(main)
    else:
        main()


def _without_debug(arguments: list[str]) -> tuple[list[str], bool]:
    """``--debug`` taken out, wherever it stands before the words that are a script's own."""
    ours = arguments.index("--") if "--" in arguments else len(arguments)
    kept = [word for word in arguments[:ours] if word != "--debug"]
    return [*kept, *arguments[ours:]], len(kept) < ours


def _apart_from_the_script(
    arguments: list[str],
) -> tuple[list[str], tuple[str, ...]]:
    """Our words, and those after ``--``, which a script is run with; another verb has them as further words."""
    if "--" not in arguments or not {*arguments} & {*RUN_SCRIPTS}:
        return arguments, ()
    ours = arguments.index("--")
    return arguments[:ours], tuple(arguments[ours + 1 :])


def _run(arguments: list[str], *, debug: bool) -> int:
    """The exit code of a command, its output on its way."""
    try:
        code = _invoke(with_dashes(arguments))
    except BaseException as error:
        if debug and not isinstance(error, SystemExit):
            raise
        code = _tell(error)
    try:
        sys.stdout.flush()
    except CorruptFileError as error:
        # a verdict that nobody could read is none
        return _said(error)
    return code


def _invoke(arguments: list[str]) -> int:
    """What a command returns, or raises: without the exit codes that a library would choose for it."""
    if "" in arguments and "_CHAINRULE_COMPLETE" not in os.environ:
        raise UsageError(
            "E411",
            "a word of the command line is empty",
            hint="a variable of the shell may be empty; leave the option out, or give it a value",
        )
    arguments = with_shell(arguments)
    built = app(arguments)
    if "_CHAINRULE_COMPLETE" in os.environ:
        # a shell asks what could follow
        built(args=arguments, prog_name="chainrule")
    import typer.main

    command = typer.main.get_command(built)
    with command.make_context("chainrule", [*arguments]) as context:
        command.invoke(context)
    return 0


def _tell(error: BaseException) -> int:
    """Say what went wrong, in one form; the exit code that says its kind."""
    match error:
        case ChainruleError():
            return _said(error)
        case SystemExit():
            return _code_of(error)
        case KeyboardInterrupt():
            sys.stderr.write(f"interrupted; {outputs.kept()}\n")
            return 130
        case MemoryError() | RecursionError():
            return _said(LimitError("E601", f"this asks for more than there is: {str(error) or 'memory'}"))  # fmt: skip
        case OSError():
            named = f"{error.filename}: " if error.filename else ""
            return _said(CorruptFileError("E504", f"{named}{error.strerror or error}"))
        case _ if hasattr(error, "exit_code"):
            return _of_the_parser(error)
        case _:
            what = f"a fault of chainrule's own, {type(error).__name__}: {error}"
            hint = (
                "--debug shows where; please report it with the command and its files"
            )
            return _said(OurFault("E900", what, hint=hint))


def _said(error: ChainruleError) -> int:
    # who reads no errors gets the code still
    with contextlib.suppress(OSError):
        sys.stderr.write(f"error[{error.code}]: {error.body()}\n")
    return error.exit_code


def _code_of(error: SystemExit) -> int:
    """The code a verb left with; a sentence in its place is an error."""
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    sys.stderr.write(f"{error.code}\n")
    return 3


def _of_the_parser(error: Any) -> int:
    """An exit, or a mistake in the command line, as typer tells it."""
    if hasattr(error, "show"):
        error.show()
    return int(error.exit_code)


def _epilog(module: ModuleType) -> str:
    """Examples below the options; the mark keeps their lines apart."""
    return (
        f"\b\nExamples:\n{module.EXAMPLES}\n\n--debug shows the traceback of an error."
    )


def app(arguments: list[str] | None = None) -> typer.Typer:
    """The command line; only the verb asked for is imported, so that it starts quickly."""
    import typer

    built = typer.Typer(
        name="chainrule",
        help="Write the forward pass in plain NumPy; have the backward pass derived, explained, "
        "written out and checked.",
        epilog="Every verb tells its options: chainrule explain --help.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @built.callback(invoke_without_command=True)
    def _(
        *,
        version: bool = typer.Option(False, "--version", help="Show the version."),
        debug: bool = typer.Option(  # noqa: ARG001 - taken out before, wherever it stands; told here
            False, "--debug", help="Show the traceback of an error, with any verb."
        ),
    ) -> None:
        if version:
            from chainrule.version import __version__

            typer.echo(f"chainrule {__version__}")
            raise typer.Exit

    asked = [verb for verb in VERBS if arguments and verb in arguments]
    for verb in asked or VERBS:
        module = importlib.import_module(f"chainrule.cli.{verb}")
        built.command(verb, short_help=VERBS[verb], epilog=_epilog(module))(
            getattr(module, verb)
        )
    return built
