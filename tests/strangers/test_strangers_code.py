"""Code of strangers is read rightly or refused with a code; where it is not yet, the failure is known by name.

A sample, for the whole takes hours: ``benchmarks/reading/run.py`` tries it all.
"""

import sys
from functools import cache
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

PARTS = range(4)
FIELDS = sorted(path.stem for path in (BENCHMARK / "programs").glob("*.py"))


# read when a test asks: the files import half of SciPy, which every run would pay for as it collects
@cache
def every_program():
    return list(programs())


@cache
def sample():
    return [one for one in installed_constructs() if one.table != "elsewhere"]


def test_every_construct_and_program_has_a_name_of_its_own():
    names = [one.key for one in (*constructs(), *every_program())]
    assert sorted(names) == sorted(set(names))


def test_every_known_failure_names_a_construct_or_a_program():
    names = {one.key for one in (*constructs(), *every_program(), *scripts("scripts"))}
    assert {trial.program for trial in known_failures()} <= names


@pytest.mark.spread(5)
@pytest.mark.parametrize("field", FIELDS)
def test_the_scripts_of_a_program_compute_what_its_function_does(field, tmp_path):
    for program in list(programs(field))[::4]:
        for _, file in program.scripts(tmp_path):
            space = {"__name__": "__main__"}
            with quiet():
                loss = repeatable(program.function, program.inputs)
                exec(compile(file.read_text(encoding="utf-8"), file, "exec"), space)
            assert np.allclose(space["loss"], loss, rtol=1e-12), program.key


@pytest.mark.spread(4)
@pytest.mark.parametrize("part", PARTS)
def test_a_sample_of_constructs_is_right_or_refused_with_a_code(part, tmp_path):
    assert surprises(trials("constructs", sample()[20 * part :: 80], tmp_path)) == []


def test_a_sample_of_programs_is_right_or_refused_with_a_code(tmp_path):
    assert surprises(trials("programs", every_program()[::120], tmp_path)) == []


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


def no_wrong_gradient(found):
    return [(one, str(end)) for one, end in found if end.word == WRONG] == []


@pytest.mark.spread(4)
@pytest.mark.parametrize("part", PARTS)
def test_no_random_program_gets_a_wrong_gradient(part, tmp_path):
    seeds = random_programs(3, start=3 * part)
    assert no_wrong_gradient(trials("random", seeds, tmp_path))


@pytest.mark.slow
def test_no_more_random_programs_get_a_wrong_gradient(tmp_path):
    seeds = random_programs(40, start=12)
    assert no_wrong_gradient(trials("random", seeds, tmp_path))


@pytest.mark.slow
@pytest.mark.frameworks
def test_the_source_of_no_random_program_is_wrong(tmp_path):
    assert no_wrong_gradient(trials("random-written-out", random_programs(8), tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_more_constructs_are_right_or_refused_with_a_code(part, tmp_path):
    assert surprises(trials("constructs", sample()[part::8], tmp_path)) == []


@pytest.mark.slow
@pytest.mark.parametrize("field", FIELDS)
def test_programs_of_a_field_are_right_or_refused_with_a_code(field, tmp_path):
    assert surprises(trials("programs", programs(field), tmp_path)) == []


# each script has a process with a limit of its own, which is forked; where a test before woke JAX, it says so
@pytest.mark.filterwarnings(r"ignore:os.fork\(\) was called:RuntimeWarning")
@pytest.mark.slow
def test_scripts_of_many_fields_are_right_or_refused_with_a_code(tmp_path):
    found = trials("scripts", scripts("scripts")[::15], tmp_path)
    assert surprises((one, end) for one, end in found if is_held_to(one)) == []


@pytest.mark.slow
@pytest.mark.frameworks
def test_programs_are_told_and_their_source_runs_in_every_framework(tmp_path):
    assert surprises(trials("written-out", every_program()[::26], tmp_path)) == []
