"""Code of strangers is read rightly or refused with a code; where it is not yet, the failure is known by name."""

import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "reading"
sys.path.insert(0, str(BENCHMARK))
pytest.importorskip("scipy")

from constructs import constructs, installed_constructs  # noqa: E402
from known import known_failures, surprises  # noqa: E402
from programs import programs  # noqa: E402
from random_programs import random_programs  # noqa: E402
from run import is_held_to, trials  # noqa: E402
from scripts import SAID, scripts  # noqa: E402
from truth import repeatable  # noqa: E402
from verdict import WRONG, quiet  # noqa: E402

CONSTRUCTS = installed_constructs()
SECTIONS = sorted({(one.table, one.section) for one in CONSTRUCTS})
SAMPLE = [one for one in CONSTRUCTS if one.table != "elsewhere"][::20]
PROGRAMS = list(programs())
FIELDS = sorted({program.field for program in PROGRAMS})


def test_every_construct_and_program_has_a_name_of_its_own():
    names = [one.key for one in (*constructs(), *PROGRAMS)]
    assert sorted(names) == sorted(set(names))


def test_every_known_failure_names_a_construct_or_a_program():
    names = {one.key for one in (*constructs(), *PROGRAMS, *scripts("scripts"))}
    assert {trial.program for trial in known_failures()} <= names


@pytest.mark.parametrize("field", FIELDS)
def test_the_scripts_of_a_program_compute_what_its_function_does(field, tmp_path):
    for program in [one for one in PROGRAMS if one.field == field][::4]:
        for _, file in program.scripts(tmp_path):
            space = {"__name__": "__main__"}
            with quiet():
                loss = repeatable(program.function, program.inputs)
                exec(compile(file.read_text(encoding="utf-8"), file, "exec"), space)
            assert np.allclose(space["loss"], loss, rtol=1e-12), program.key


def test_a_sample_of_constructs_is_right_or_refused_with_a_code(tmp_path):
    assert surprises(trials("constructs", SAMPLE, tmp_path)) == []


def test_a_sample_of_programs_is_right_or_refused_with_a_code(tmp_path):
    assert surprises(trials("programs", PROGRAMS[::20], tmp_path)) == []


@pytest.mark.parametrize("group", ["scripts", "popular"])
def test_the_truth_about_roles_names_what_stands_in_the_script(group):
    for script in scripts(group):
        text = script.file.read_text(encoding="utf-8")
        for role in {"parameter", *SAID} & set(script.facts):
            for pattern in script.facts[role]:
                names = [name.rstrip("_*") for name in pattern.split("|")]
                # or a key put together, as "W" + str(layer)
                names += [
                    f"{quote}{names[0].rstrip('0123456789')}{quote}" for quote in "'\""
                ]
                assert any(name in text for name in names), (script.key, role, pattern)


@pytest.mark.slow
def test_every_script_of_many_fields_is_right_or_refused_with_a_code(tmp_path):
    found = trials("scripts", scripts("scripts"), tmp_path)
    assert surprises((one, end) for one, end in found if is_held_to(one)) == []


def test_no_random_program_gets_a_wrong_gradient(tmp_path):
    found = trials("random", random_programs(12), tmp_path)
    assert [(one, str(end)) for one, end in found if end.word == WRONG] == []


@pytest.mark.slow
@pytest.mark.xfail(reason="buffers in functions still crash", strict=True)
def test_no_random_program_is_wrong_or_crashes(tmp_path):
    found = trials("random", random_programs(1500), tmp_path)
    assert [(one, str(end)) for one, end in found if not end.safe] == []


@pytest.mark.slow
@pytest.mark.frameworks
@pytest.mark.xfail(reason="writes of numbers in TensorFlow still crash", strict=True)
def test_the_source_of_no_random_program_is_wrong_or_crashes(tmp_path):
    found = trials("random-written-out", random_programs(1500), tmp_path)
    assert [(one, str(end)) for one, end in found if not end.safe] == []


@pytest.mark.slow
@pytest.mark.parametrize(("table", "section"), SECTIONS)
def test_every_construct_is_right_or_refused_with_a_code(table, section, tmp_path):
    these = [c for c in CONSTRUCTS if (c.table, c.section) == (table, section)]
    assert surprises(trials("constructs", these, tmp_path)) == []


@pytest.mark.slow
@pytest.mark.parametrize("field", FIELDS)
def test_every_program_is_right_or_refused_with_a_code(field, tmp_path):
    these = [program for program in PROGRAMS if program.field == field]
    assert surprises(trials("programs", these, tmp_path)) == []


@pytest.mark.slow
@pytest.mark.frameworks
@pytest.mark.parametrize("field", FIELDS)
def test_every_program_is_told_and_its_source_runs_in_every_framework(field, tmp_path):
    these = [program for program in PROGRAMS if program.field == field]
    assert surprises(trials("written-out", these, tmp_path)) == []
