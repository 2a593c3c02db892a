"""Code of strangers is read rightly or refused with a code; where it is not yet, the failure is known by name."""

import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "reading"
sys.path.insert(0, str(BENCHMARK))
pytest.importorskip("scipy")

from constructs import constructs  # noqa: E402
from known import Trial, known_failures, surprises  # noqa: E402

CONSTRUCTS = [construct for construct in constructs() if not construct.missing]
SECTIONS = sorted({(one.table, one.section) for one in CONSTRUCTS})
SAMPLE = [one for one in CONSTRUCTS if one.table != "elsewhere"][::20]


def tried(constructs_, folder):
    for construct in constructs_:
        for door, verdict in construct.verdicts(folder):
            yield Trial("constructs", construct.key, door), verdict


def test_every_construct_has_a_name_of_its_own():
    names = [construct.key for construct in constructs()]
    assert sorted(names) == sorted(set(names))


def test_every_known_failure_names_a_construct():
    names = {construct.key for construct in constructs()}
    known = {t.program for t in known_failures() if t.group == "constructs"}
    assert known <= names


def test_a_sample_of_constructs_is_right_or_refused_with_a_code(tmp_path):
    assert surprises(tried(SAMPLE, tmp_path)) == []


@pytest.mark.slow
@pytest.mark.parametrize(("table", "section"), SECTIONS)
def test_every_construct_is_right_or_refused_with_a_code(table, section, tmp_path):
    these = [c for c in CONSTRUCTS if (c.table, c.section) == (table, section)]
    assert surprises(tried(these, tmp_path)) == []
