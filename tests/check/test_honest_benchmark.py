"""The benchmark of mistakes that people made is what it says it is, and ``check`` does not fall behind on it."""

import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "check"


@pytest.fixture(scope="module")
def cases():
    sys.path.insert(0, str(BENCHMARK))
    try:
        import cases

        cases.load_proofs()
        yield cases
    finally:
        sys.path.remove(str(BENCHMARK))


def test_every_mistake_stands_in_its_group_with_its_lines_and_its_source(cases):
    for group in cases.WITH_TRUTH:
        for case in cases.mistakes(group):
            lines = case.path.read_text(encoding="utf-8").splitlines()
            said = [lines[number - 1].strip() for number in case.truth["lines"]]
            assert said == case.truth["text"], case.name
            assert case.truth["sources"], case.name
            if group != cases.GIVEN:
                assert cases.is_held_out(case.name) is (group == cases.HELD)


def test_every_script_has_a_proof(cases):
    scripts = [case for group in cases.WITH_TRUTH for case in cases.mistakes(group)]
    scripts += cases.right_scripts(*cases.WITH_TRUTH, cases.RIGHT)
    for case in scripts:
        assert case.proof.backward or case.truth, case.name
