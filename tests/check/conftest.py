"""What the tests of check share: a script, given as its text, is checked."""

import pytest

from chainrule.check import check_script


@pytest.fixture
def check(tmp_path):
    def checked(text):
        file = tmp_path / "script.py"
        file.write_text(text, encoding="utf-8")
        return check_script(file)

    return checked
