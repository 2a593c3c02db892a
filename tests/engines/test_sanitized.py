"""Compiled trainings under sanitizers: no entry outside of its array, no undefined behaviour, no race between threads.

The C text starts no thread of its own. What the thread sanitizer has to see is that several trainings at once, each in a
thread of Python's, share the compiled functions and the samples.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
SANITIZED = Path(__file__).with_name("sanitized.py")
LIBRARIES = {"address,undefined": "libasan.so", "thread": "libtsan.so"}


def ended(tmp_path, sanitizers, *words):
    """How the trainings ended, and what was told."""
    gcc = shutil.which("gcc")
    if gcc is None or sys.platform != "linux":
        pytest.skip("sanitizers are those of gcc, on Linux")
    asked = [gcc, f"-print-file-name={LIBRARIES[sanitizers]}"]
    library = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()  # fmt: skip
    if not Path(library).is_absolute():
        pytest.skip(f"there is no {library}")
    environment = {
        **os.environ, "CC": gcc, "LD_PRELOAD": library, "CHAINRULE_CACHE": str(tmp_path), "OPENBLAS_NUM_THREADS": "1",
        # Python itself keeps memory to its end
        "ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1", "TSAN_OPTIONS": "halt_on_error=1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, SANITIZED, sanitizers, *words], env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("sanitizers", "words"),
    [
        ("address,undefined", ["layers"]),
        ("address,undefined", ["random", "0", "12"]),
        ("thread", ["at once"]),
    ],
    ids=["layers", "random", "threads"],
)
def test_compiled_trainings_are_clean(tmp_path, sanitizers, words):
    code, told = ended(tmp_path, sanitizers, *words)
    assert code == 0, told[-6000:]
    assert told.endswith("all are done\n")


@pytest.mark.parametrize(
    ("sanitizers", "fault", "said"),
    [
        ("address,undefined", "entry", "heap-buffer-overflow"),
        ("address,undefined", "shift", "shift exponent 40"),
        ("thread", "race", "data race"),
    ],
)
def test_control_what_is_planted_is_seen(tmp_path, sanitizers, fault, said):
    code, told = ended(tmp_path, sanitizers, "planted", fault)
    assert code != 0
    assert said in told
