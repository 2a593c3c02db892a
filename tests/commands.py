"""The command line as tests call it, here or in a process of its own, and two scripts to call it with."""

import subprocess
import sys

import pytest

from chainrule.cli import main

RIGHT = """import numpy as np
x = np.array([[1.0, 2.0]])
W = np.array([[0.5], [-1.0]])
b = 0.1
z = x @ W + b
loss = np.sum(z ** 2)
dz = 2 * z
dW = x.T @ dz
db = np.sum(dz)
"""
WRONG = RIGHT.replace("dz = 2 * z", "dz = 3 * z")
posix = pytest.mark.skipif(
    sys.platform == "win32", reason="devices and limits are POSIX"
)


def told(words):
    """The exit code of a command, run here."""
    before, sys.argv = sys.argv, ["chainrule", *map(str, words)]
    try:
        main()
    except SystemExit as end:
        return end.code or 0
    finally:
        sys.argv = before
    return 0


def typed(*words, **options):
    """A command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "chainrule", *map(str, words)],
        check=False,
        timeout=300,
        **{"capture_output": True, "text": True, **options},
    )
