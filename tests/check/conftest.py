"""A script to check, in a file of its own."""

import pytest


@pytest.fixture
def write(tmp_path):
    """Write a text as a script; its path."""

    def written(text):
        path = tmp_path / "script.py"
        path.write_text(text, encoding="utf-8")
        return path

    return written
