"""The benchmark of mistakes that people made is what it says it is, and ``check`` does not fall behind on it."""

import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "check"

# Of a seeded sample: how many scripts, and what must be reached at least (blamed: at most). Raise them with the checker.
SAMPLE = {"real": 12, "blind": 12, "right": 18}
BARS = {
    "real": {"found": 9, "line": 5},
    "blind": {"found": 4, "line": 2},
    "right": {"right": 15},
}


@pytest.fixture(scope="module")
def benchmark():
    """The benchmark's own modules; they are scripts beside each other, not a package."""
    sys.path.insert(0, str(BENCHMARK))
    # another benchmark has modules of these names, too
    for name in ("cases", "edits", "prove", "run"):
        sys.modules.pop(name, None)
    try:
        import cases
        import edits
        import prove
        import run

        cases.load_proofs()
        yield cases, edits, prove, run
    finally:
        sys.path.remove(str(BENCHMARK))


def test_every_mistake_stands_in_its_group_with_its_lines_and_its_source(benchmark):
    cases, *_ = benchmark
    for group in cases.WITH_TRUTH:
        for case in cases.mistakes(group):
            lines = case.path.read_text(encoding="utf-8").splitlines()
            said = [lines[number - 1].strip() for number in case.truth["lines"]]
            assert said == case.truth["text"], case.name
            assert case.truth["sources"], case.name
            if group != cases.GIVEN:
                assert cases.is_held_out(case.name) is (group == cases.HELD)


def test_every_right_script_has_a_proof_that_knows_its_backward_pass(benchmark):
    cases, edits, *_ = benchmark
    for case in cases.right_scripts(*cases.WITH_TRUTH, cases.RIGHT):
        script = edits.Script(case.path.read_text(encoding="utf-8"))
        assert edits.region(script, case.proof), case.name


def test_a_script_without_its_names_is_the_same_script(benchmark, monkeypatch):
    cases, *_ = benchmark
    import proof
    import renamed

    for case in cases.right_scripts(*cases.WITH_TRUTH, cases.RIGHT)[::4]:
        source = case.path.read_text(encoding="utf-8")
        nameless, names = renamed.rename(source)
        assert nameless.count("\n") == source.count("\n")
        assert renamed.restore(nameless, names) == source
        monkeypatch.syspath_prepend(case.path.parent)
        with proof.quiet():
            exec(compile(nameless, case.name, "exec"), {"__name__": "__main__"})


def test_no_proof_is_left_over(benchmark):
    cases, *_ = benchmark
    known = {case.name for group in cases.WITH_TRUTH for case in cases.mistakes(group)}
    known |= {case.name for case in cases.right_scripts(cases.RIGHT)}
    assert set(cases.PROOFS) == known


@pytest.mark.slow
def test_wrong_scripts_take_wrong_steps_and_right_ones_the_true_step(benchmark):
    _, _, prove, _ = benchmark
    for case in prove.everything():
        assert prove.verdict(case) == "", case.name


@pytest.mark.slow
@pytest.mark.parametrize("group", SAMPLE)
def test_check_does_not_fall_behind(group, benchmark):
    *_, run = benchmark
    listed = run.scripts(group, SAMPLE[group], seed=1)
    figures = run.summary(run.rows(listed, jobs=2, limit=60))
    for name, bar in BARS[group].items():
        assert figures.get(name, 0) >= bar, (name, figures)
