"""What every test stands on: NumPy that raises, golden files, repeatable Hypothesis."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pytest

GOLDEN = Path(__file__).parent / "golden"
# golden scripts are read, not imported in search of doctests
collect_ignore = ["golden"]

hypothesis.settings.register_profile("everyday", deadline=None)
hypothesis.settings.register_profile(
    "ci", deadline=None, derandomize=True, print_blob=True
)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "everyday")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden files anew from what the code now says",
    )


@pytest.fixture(autouse=True)
def numpy_raises() -> Iterator[None]:
    """Overflow, division by zero and NaN fail a test instead of passing unseen."""
    before = np.seterr(all="raise")
    yield
    np.seterr(**before)


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
