"""Scripts as people write them, with the truth of every role beside each; and what chainrule takes their arrays for.

Three folders of ``NAME.py`` and ``NAME.json``: ``scripts/`` of many fields, ``roles/popular/`` in the manner of well-known
tutorials and repositories, ``roles/corpus/``. The truth names the loss (none where none is computed), the parameters,
data, labels, settings, states, masks, the learning rate and the optimizer. ``a|b`` are names of which one suffices,
``w_*`` any that begins so, ``-`` among the losses that saying none is right, too.

A third of them, by a hash of the name, is held out: it is counted and never listed, so that nobody fits a rule to it.
"""

from __future__ import annotations

import ast
import contextlib
import fnmatch
import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from truth import NoTruthError, Truth, true_gradients
from verdict import CRASH, HANG, REFUSED, RIGHT, WRONG, Verdict, gradients_of, quiet

HERE = Path(__file__).parent
FOLDERS = {
    "scripts": HERE / "scripts",
    "popular": HERE / "roles" / "popular",
    "roles": HERE / "roles" / "corpus",
}
LIMIT = 60
SAID = ("data", "label", "setting", "state", "mask", "buffer", "optimizer", "frozen")
DOORS = (
    "loss",
    "parameters",
    "learning rate",
    "optimizer",
    *(f"said {r}" for r in SAID),
)


class Reached(BaseException):
    """Carries the loss out of a script."""


@dataclass(frozen=True)
class Script:
    """One script and the truth about it."""

    file: Path
    facts: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Its name."""
        return self.file.stem

    @property
    def held_out(self) -> bool:
        """Whether it belongs to the third that is counted and not listed."""
        return int(hashlib.sha256(self.key.encode()).hexdigest()[:8], 16) % 3 == 0

    @cached_property
    def truth(self) -> Truth:
        """The true gradients of the first loss with respect to parameters that are plain names of the script."""
        names = self.facts.get("gradients_of", self.facts["parameter"])
        tree = compile(
            instrumented(self.file, names, self.facts), str(self.file), "exec"
        )

        def loss(**moved: Any) -> Any:
            seen.clear()

            def move(name: str, value: Any) -> Any:
                seen.setdefault(name, value)
                return moved.get(name, value)

            def reach(value: Any) -> None:
                raise Reached(value)

            space = {"__name__": "__main__", "__move__": move, "__reach__": reach}
            with contextlib.suppress(SystemExit):
                try:
                    exec(tree, space)  # noqa: S102 - our own corpus
                except Reached as reached:
                    return reached.args[0]
            raise NoTruthError(self.key)

        seen: dict[str, Any] = {}
        with quiet():
            loss()
            return true_gradients(loss, dict(seen), list(seen))

    def verdicts(self, _: Path) -> Iterator[tuple[str, Verdict]]:
        """What becomes of its gradients, and what is said of each role."""
        names = self.facts.get("gradients_of", self.facts["parameter"])
        if names and self.file.parent == FOLDERS["scripts"]:
            yield "gradients", gradients_of(self.file, {}, names, self.truth)
        yield from judged(self.facts, said_of(self))


def scripts(group: str) -> list[Script]:
    """The scripts of a folder."""
    files = sorted(FOLDERS[group].glob("*.json"))
    return [
        Script(file.with_suffix(".py"), json.loads(file.read_text(encoding="utf-8")))
        for file in files
    ]


def instrumented(file: Path, names: list[str], facts: Mapping[str, Any]) -> ast.Module:
    """A script whose parameters can be moved where they are first given, and which ends at its first loss."""
    text = file.read_text(encoding="utf-8")
    before = facts.get("stop_before")
    moved: set[str] = set()

    def body(statements: list[ast.stmt], *, top: bool) -> Iterator[ast.stmt]:
        for statement in statements:
            source = ast.get_source_segment(text, statement) or ""
            if before and source.startswith(before):
                yield from ast.parse(f"__reach__({facts['loss'][0]})").body
            for field in ("body", "orelse", "finalbody"):
                inner = getattr(statement, field, None)
                if isinstance(inner, list):
                    setattr(statement, field, list(body(inner, top=False)))
            yield statement
            given = assigned(statement)
            for name in names:
                if top and name in given and name not in moved:
                    moved.add(name)
                    yield from ast.parse(f"{name} = __move__({name!r}, {name})").body
            if not before and given & set(facts["loss"]):
                yield from ast.parse(
                    f"__reach__({min(given & set(facts['loss']))})"
                ).body

    tree = ast.parse(text)
    tree.body = list(body(tree.body, top=True))
    return ast.fix_missing_locations(tree)


def assigned(statement: ast.stmt) -> set[str]:
    """The plain names that a statement gives a value."""
    match statement:
        case ast.Assign(targets=targets):
            given = targets
        case ast.AugAssign(target=target):
            given = [target]
        case _:
            given = []
    nodes = [node for target in given for node in ast.walk(target)]
    return {
        node.id
        for node in nodes
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def said_of(script: Script) -> Verdict | dict[str, Any]:
    """What the command line says of a script in JSON, or how it ended without saying anything."""
    place = str(script.file)
    if "function" in script.facts:
        place = f"{place}:{script.facts['function']}"
    command = [sys.executable, "-m", "chainrule", "explain", place]
    command += [*script.facts.get("call", ()), "--json", "-", "--level", "network"]
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            timeout=10 * LIMIT,
            env={**os.environ, **one_thread},
            cwd=script.file.parent,
            stdin=subprocess.DEVNULL,
            # the processor's time, not the clock's: a busy machine makes no script hang
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT)),
        )
    except subprocess.TimeoutExpired:
        return Verdict(HANG, f"after {10 * LIMIT} s")
    if done.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
        return Verdict(HANG, f"after {LIMIT} s of work")
    try:
        lesson = json.loads(done.stdout)
    except ValueError:
        coded = re.search(r"error\[(E\d{3})\]: (.*)", done.stderr)
        # every script here runs by itself, so this is a crash of ours that blames the user
        if coded and coded[1] != "E330":
            return Verdict(REFUSED, f"{coded[1]} {coded[2]}")
        lines = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
        return Verdict(CRASH, coded[0] if coded else lines[-1])
    return lesson if "roles" in lesson else read_off(lesson)


def read_off(lesson: Mapping[str, Any]) -> dict[str, Any]:
    """The same of the first form of lessons, which does not tell roles: read off its values and its prose."""
    values, updated = lesson["values"], lesson["updated"]
    loss = lesson["loss"]
    equal = [
        name for name, value in values.items() if value in (loss, [loss], [[loss]])
    ]
    prose = json.dumps(lesson["parts"], ensure_ascii=False)
    rate = re.search(r"learning rate ([0-9.e·-]+)", prose)
    roles = dict.fromkeys(updated, "parameter")
    others = set(values) - set(lesson["gradients"]) - set(equal) - set(updated)
    return {
        "roles": roles | dict.fromkeys(others, "data"),
        "loss_name": equal[-1] if equal else None,
        "learning_rate": float(rate[1].rstrip(".")) if rate else None,
    }


def judged(
    facts: Mapping[str, Any], said: Verdict | Mapping[str, Any]
) -> Iterator[tuple[str, Verdict]]:
    """What is said held against the truth: each question that the truth answers, and whether wrong was said surely."""
    if isinstance(said, Verdict):
        for door in (
            "loss",
            "parameters",
            *(["learning rate"] * ("learning_rate" in facts)),
        ):
            yield door, said
        return
    roles: Mapping[str, str] = said["roles"]
    loss = loss_verdict(facts["loss"], said.get("loss_name"))
    parameters = parameters_verdict(facts, roles)
    yield "loss", loss
    yield "parameters", parameters
    if "learning_rate" in facts:
        rate, true = said.get("learning_rate"), facts["learning_rate"]
        near = rate is not None and abs(rate - true) <= 1e-6 * abs(true)
        yield "learning rate", Verdict(RIGHT) if near else Verdict(WRONG, f"{rate}")
    if "optimizer_name" in facts:
        name = said.get("optimizer")
        right = facts["optimizer_name"] in str(name).lower()
        yield "optimizer", Verdict(RIGHT) if right else Verdict(WRONG, f"{name}")
    for role in SAID:
        told = {n: r for n, r in roles.items() if like(n, facts.get(role, ()))}
        if told:
            other = [f"{n} a {r}" for n, r in told.items() if r != role]
            yield (
                f"said {role}",
                Verdict(WRONG, ", ".join(other)) if other else Verdict(RIGHT),
            )
    if said.get("confidence") == "high":
        both = [v for v in (loss, parameters) if v.word == WRONG]
        yield "sure", Verdict(WRONG, both[0].detail) if both else Verdict(RIGHT)


def loss_verdict(wanted: list[str], said: str | None) -> Verdict:
    """Whether the loss is the right one, or rightly none."""
    if said is None:
        right = not wanted or "-" in wanted
    else:
        right = like(said, wanted) is not None
    return Verdict(RIGHT) if right else Verdict(WRONG, f"{said}")


def parameters_verdict(facts: Mapping[str, Any], roles: Mapping[str, str]) -> Verdict:
    """Whether the parameters are right as a set: none missing, none too many."""
    found = [name for name, role in roles.items() if role == "parameter"]
    wanted = facts["parameter"]
    false = [name for name in found if not like(name, wanted)]
    # a list of weights may be told under one name or under one a layer
    stems = {stem(pattern) for name in found if (pattern := like(name, wanted))}
    missing = [pattern for pattern in wanted if stem(pattern) not in stems]
    if false or missing:
        return Verdict(WRONG, f"too many: {false}, missing: {missing}")
    return Verdict(RIGHT)


def stem(pattern: str) -> str:
    """The first alternative of a pattern, without its star."""
    return pattern.split("|", maxsplit=1)[0].split("*", maxsplit=1)[0].rstrip("_")


def like(name: str, patterns: Any) -> str | None:
    """The pattern that a name as it is told answers: h_3 is h, net.weights[0] is weights_*."""
    plain = re.sub(r"\W+", "_", name).strip("_")
    last = re.sub(r"\W+", "_", name.rsplit(".", maxsplit=1)[-1]).strip("_")
    key = re.findall(r"['\"](\w+)['\"]", name)
    forms = [plain, last, *key]
    forms += [re.sub(r"(_\d+)+$", "", form) for form in forms]
    for pattern in patterns:
        for one in pattern.split("|"):
            if any(fnmatch.fnmatchcase(form, one) for form in forms):
                return pattern
    return None
