"""The project's own promises: its paths, its door, its version, its imports."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

import chainrule

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TOOL = PYPROJECT["tool"]
PLACES = [str(place) for place in (ROOT, Path.home(), sys.prefix) if place != Path("/")]
MACHINE = re.compile(
    rf"(?<![\w.])(?:{'|'.join(map(re.escape, PLACES))}|/(?:home|Users)/\w+)/|[A-Z]:\\Users"
)
NOT_OURS = {".hypothesis", ".git", ".venv", "__pycache__", "build", "dist"}


def paths_named_in_pyproject() -> Iterator[str]:
    project, hatch = PYPROJECT["project"], TOOL["hatch"]["build"]["targets"]
    yield project["readme"]
    yield from project["license-files"]
    yield from hatch["wheel"]["packages"]
    yield from hatch["sdist"]["include"]
    yield from TOOL["ruff"]["src"]
    # what is made from the sources is left out where it is, and need not be there
    yield from set(TOOL["ruff"]["extend-exclude"]) - NOT_OURS
    yield from TOOL["ruff"]["lint"]["per-file-ignores"]
    yield TOOL["mypy"]["mypy_path"]
    yield from TOOL["pytest"]["ini_options"]["testpaths"]


def floors() -> dict[str, int]:
    """Every package and module of the library, and how many floors are below its own."""
    layers = TOOL["importlinter"]["contracts"][0]["layers"]
    return {
        name: floor
        for floor, layer in enumerate(reversed(layers))
        for name in layer.split(" | ")
    }


def committed_texts(folder: Path = ROOT) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in NOT_OURS or path.name.endswith(("_cache", ".egg-info")):
            continue
        if path.is_dir():
            yield from committed_texts(path)
        elif path.suffix not in {".npz", ".png", ".pyc"}:
            yield path


def told_floors() -> list[str]:
    """What CONTRIBUTING.md says of the floors, from the lowest up."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    told = re.search(r"\n1\. `program/`.*?\n\n", text, re.DOTALL)
    assert told is not None
    named = re.findall(r"`(\w+)(?:/|\.py)`", told.group())
    return [name for name in named if name in floors()]


def modules_after(statement: str) -> set[str]:
    """Top-level names of the modules that a fresh Python holds after a statement."""
    code = f"import sys; {statement}; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_the_floors_are_told_from_the_lowest_up_and_none_is_left_out():
    told = told_floors()
    assert set(floors()) - set(told) == {"__main__", "version"}
    assert [floors()[name] for name in told] == sorted(floors()[name] for name in told)


@pytest.mark.parametrize("pattern", sorted({*paths_named_in_pyproject()} - NOT_OURS))
def test_every_path_named_in_pyproject_exists(pattern):
    assert any(ROOT.glob(pattern.lstrip("/").removesuffix("/**")))


def test_the_version_is_the_same_inside_and_outside():
    assert chainrule.__version__ == PYPROJECT["project"]["version"]


def test_the_citation_is_of_this_version():
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {PYPROJECT['project']['version']}\n" in cited


def test_workflows_call_scripts_that_there_are():
    called = {
        script
        for path in (ROOT / ".github" / "workflows").glob("*.yml")
        for script in re.findall(r"run: (\.ci/\w+)", path.read_text(encoding="utf-8"))
    }
    assert called == {path.relative_to(ROOT).as_posix() for path in (ROOT / ".ci").iterdir()}  # fmt: skip
    assert all(os.access(ROOT / script, os.X_OK) for script in called)


def test_python_and_dependencies_have_no_upper_caps():
    project = PYPROJECT["project"]
    extras = chain.from_iterable(project["optional-dependencies"].values())
    asked = [project["requires-python"], *project["dependencies"], *extras]
    assert [wish for wish in asked if re.search(r"<|==|~=", wish)] == []


def test_test_and_dev_are_the_same_as_extras_and_as_groups():
    extras = PYPROJECT["project"]["optional-dependencies"]
    groups = PYPROJECT["dependency-groups"]
    assert extras["test"] == groups["test"]
    assert extras["dev"][0] == "chainrule[test]"
    assert groups["dev"][0] == {"include-group": "test"}
    assert extras["dev"][1:] == groups["dev"][1:]


def test_all_is_sorted_and_complete():
    public = {name for name in vars(chainrule) if not name.startswith("_")}
    submodules = {path.stem for path in Path(chainrule.__path__[0]).iterdir()}
    named = chainrule.__all__
    assert list(named) == sorted(named)
    assert public - submodules <= set(named)
    assert [name for name in named if not hasattr(chainrule, name)] == []


def test_every_public_name_shows_an_example_that_runs():
    public = [name for name in chainrule.__all__ if not name.startswith("_")]
    docs = {name: getattr(chainrule, name).__doc__ or "" for name in public}
    assert [name for name, doc in docs.items() if ">>> " not in doc] == []


def test_the_package_says_that_it_is_typed():
    assert (Path(chainrule.__path__[0]) / "py.typed").is_file()


def test_importing_chainrule_brings_in_numpy_alone():
    extra = modules_after("import chainrule") - modules_after("import numpy")
    assert extra - sys.stdlib_module_names == {"chainrule"}


def test_no_committed_text_names_a_path_of_one_machine():
    named = {
        path.relative_to(ROOT).as_posix(): match.group()
        for path in committed_texts()
        if (match := MACHINE.search(path.read_text(encoding="utf-8")))
    }
    assert named == {}


@pytest.mark.parametrize("place", [*PLACES, "/ho" + "me/ada", "/Us" + "ers/ada"])
def test_a_path_of_one_machine_would_be_found(place):
    assert MACHINE.search(f'open("{place}/data.npz")')


def test_the_door_stays_a_door_after_its_packages_are_imported():
    """``chainrule.emit`` is a function, and a package of that name stands behind it."""
    script = (
        "import importlib, pkgutil, chainrule\n"
        "before = {name: getattr(chainrule, name) for name in chainrule.__all__}\n"
        "for found in pkgutil.iter_modules(chainrule.__path__):\n"
        "    if found.name not in ('__main__', 'sklearn'):\n"
        "        importlib.import_module(f'chainrule.{found.name}')\n"
        "after = {name: getattr(chainrule, name) for name in chainrule.__all__}\n"
        "assert before == after, [name for name in before if before[name] is not after[name]]\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_every_test_file_has_a_name_of_its_own():
    """Test files are no package, so two of one name would shadow each other."""
    names = [
        path.name
        for path in (ROOT / "tests").rglob("*.py")
        if "golden" not in path.parts
    ]
    assert sorted(names) == sorted(set(names))


def test_every_error_code_stands_on_its_page():
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")
    )
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    raised = set(re.findall(r'"(E\d{3})"', source))
    assert raised == set(re.findall(r"^\| (E\d{3}) \|", page, re.MULTILINE))


def test_the_page_of_the_architecture_names_what_is_there():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    source = ROOT / "src" / "chainrule"
    named = re.findall(r"`([a-z_/]+(?:/|\.py))`", page)
    missing = [
        name
        for name in named
        if not (source / name).exists() and not any(source.rglob(name))
    ]
    assert len(named) > 20
    assert missing == []
