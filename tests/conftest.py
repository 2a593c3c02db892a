"""What every test stands on: NumPy that raises, golden files, repeatable Hypothesis, our commands run in place."""

import contextlib
import gc
import html
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import hypothesis
import numpy as np
import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
AXE = "axe-core@4"
AXE_REPORT = """
axe.run(document, {resultTypes: ["violations"]}).then((found) => {
  const said = document.createElement("pre");
  said.id = "axe";
  said.textContent = JSON.stringify(found.violations.map(
    (v) => [v.id, v.help, v.nodes.length, v.nodes[0].html]));
  document.body.append(said);
});
"""
TESTS_DONE = count(1)
GOLDEN = Path(__file__).parent / "golden"
# scripts under test are read or loaded by their tests, not imported in search of doctests
collect_ignore = ["golden", "check/custom", "check/students"]

hypothesis.settings.register_profile("everyday", deadline=None)
hypothesis.settings.register_profile(
    "ci", deadline=None, derandomize=True, print_blob=True
)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "everyday")


# every Python that a test starts would compile the whole library anew: a second and a half each time
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# before JAX starts: two devices, of which all tests but those that ask take the first; and machine code as it comes, as
# nearly all that tests compile runs once
os.environ["XLA_FLAGS"] = (
    "--xla_force_host_platform_device_count=2 --xla_backend_optimization_level=0 "
    + os.environ.get("XLA_FLAGS", "")
)

# a session started in the background ignores Ctrl-C, and so would every process it starts
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden files anew from what the code now says",
    )
    parser.addoption(
        "--sample",
        type=int,
        default=1,
        metavar="N",
        help="run one test in N only: the same ones, whichever tests come and go beside them",
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Iterator[None]:
    leave_to_the_slow_run(items)
    yield
    one_in = config.getoption("--sample")
    # by its name and not by its place in the list: one more test does not exchange all others
    items[:] = [item for item in items if not crc32(item.nodeid.encode()) % one_in]


def leave_to_the_slow_run(items: list[pytest.Item]) -> None:
    """Of the cases of a claim marked ``spread(n)`` one in n stays in the everyday run; the slow run has the others.

    The first stays, then the second of the next n, and so on: every nth would be of one kind where kinds take turns.
    """
    n_met: Counter[str] = Counter()
    for item in items:
        claim = item.nodeid.partition("[")[0]
        spread = item.get_closest_marker("spread")
        if spread is not None:
            group, place = divmod(n_met[claim], spread.args[0])
            if place != group % spread.args[0]:
                item.add_marker(pytest.mark.slow)
        n_met[claim] += 1


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """What is imported and collected stays to the end: nobody need look through it for garbage, nor often through the rest."""
    gc.disable()
    yield
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_runtest_teardown() -> None:
    """JAX keeps each program that it compiles, 4 MB for an op at a shape: gigabytes, if nobody clears them away."""
    jax = sys.modules.get("jax")
    if hasattr(jax, "clear_caches") and next(TESTS_DONE) % 50 == 0:
        jax.clear_caches()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a text as a script; its path."""

    def written(text: str) -> Path:
        path = tmp_path / "script.py"
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture(autouse=True)
def numpy_as_it_comes() -> Iterator[None]:
    """Overflow, division by zero and NaN fail a test instead of passing unseen; what a test sets does not outlive it."""
    before, printed = np.seterr(all="raise"), np.get_printoptions()
    yield
    np.seterr(**before)
    np.set_printoptions(**printed)


@pytest.fixture
def in_memory(tmp_path: Path) -> Iterator[Path]:
    """A folder behind which no disk stands, where the system has one; for who writes thousands of files."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


class Done(NamedTuple):
    """How a command ended, and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture(scope="session")
def command() -> Callable[..., Done]:
    """Run ``chainrule WORDS`` in this process; for claims that are not about a process of its own."""
    from chainrule.cli import main

    def run(*words: object, cwd: Path | str = ".", check: bool = False) -> Done:
        out, err = (
            io.TextIOWrapper(io.BytesIO(), "utf-8", newline="", write_through=True)
            for _ in range(2)
        )
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            patch.setattr(sys, "argv", ["chainrule", *map(str, words)])
            patch.chdir(cwd)
            code = 0
            try:
                main()
            except SystemExit as end:
                code = int(end.code or 0)
        written = (one.buffer.getvalue().decode() for one in (out, err))  # type: ignore[attr-defined]
        done = Done(code, *written)
        assert not (check and done.returncode), done.stderr
        return done

    return run


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Hold a text against tests/golden/<name>; --update-golden writes it instead."""

    def agree(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        if not path.exists():
            pytest.fail(f"no golden file {name}: run pytest --update-golden, read it")
        assert text == path.read_text(encoding="utf-8")

    return agree


@pytest.fixture
def browse(tmp_path: Path) -> Callable[..., tuple[str, list[str]]]:
    """The document that Chromium makes of a page, and what it wrote to its console."""

    def browsed(page: str, *options: str) -> tuple[str, list[str]]:
        file = tmp_path / "page.html"
        file.write_text(page, encoding="utf-8")
        program = next(filter(None, map(shutil.which, BROWSERS)), None)
        assert program, "this test needs Chromium"
        fixed = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--enable-logging=stderr",
            "--virtual-time-budget=60000",
        ]
        done = subprocess.run(
            [program, *fixed, *options, "--dump-dom", file.as_uri()],
            capture_output=True,
            check=True,
            encoding="utf-8",
            timeout=180,
        )
        console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
        return done.stdout, console

    return browsed


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core, which examines a page for what keeps people out."""
    folder = tmp_path_factory.mktemp("axe")
    npm = shutil.which("npm")
    assert npm, "this test needs npm"
    command = [npm, "install", "--silent", "--no-save", "--prefix", str(folder), AXE]
    subprocess.run(command, check=True, timeout=300, capture_output=True)
    source = folder / "node_modules" / "axe-core" / "axe.min.js"
    return source.read_text(encoding="utf-8").replace("</script", r"<\/script")


@pytest.fixture
def examined(
    axe: str, browse: Callable[..., tuple[str, list[str]]]
) -> Callable[..., list[object]]:
    """What axe-core finds on a page that is so many pixels wide."""

    def violations(page: str, width: int, *options: str) -> list[object]:
        # the page's own policy would keep the examiner out
        page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        script = f"<script>{axe}</script><script>{AXE_REPORT}</script></body>"
        document, _ = browse(
            page.replace("</body>", script), f"--window-size={width},900", *options
        )
        [report] = re.findall(r'<pre id="axe">(.*?)</pre>', document, re.DOTALL)
        found: list[object] = json.loads(html.unescape(report))
        return found

    return violations


@pytest.fixture
def check(tmp_path):
    """A script, given as its text, is checked."""
    from chainrule.check import check_script

    def checked(text):
        file = tmp_path / "script.py"
        file.write_text(text, encoding="utf-8")
        return check_script(file)

    return checked
