"""The lesson: parts composed once, printed in every medium."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from chainrule.lesson.analysis.subject_study import Study, study
from chainrule.lesson.compose import LEVELS, Level, compose, title
from chainrule.lesson.live import Live, live
from chainrule.lesson.parts import Part
from chainrule.lesson.printers.terminal import text
from chainrule.lesson.reading import Reading
from chainrule.nn import Optimizer
from chainrule.program import Array, Run, UsageError, Value
from chainrule.program.files import replace_file

if TYPE_CHECKING:
    from chainrule.why import Answer


@dataclass(frozen=True)
class Lesson:
    """One step of learning, told: print it, show it in a notebook, save it in six media.

    ``values`` and ``gradients`` hold every named value and its gradient, ``updated`` the parameters after the
    step, ``losses`` the loss before each step and after the last.
    """

    study: Study
    level: Level = "line"
    retold: Callable[[], Live | str] | None = None

    @property
    def title(self) -> str:
        """The lesson in one line."""
        return title(self.study)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """What the lesson is made of, the same for every medium."""
        return tuple(compose(self.study, self.level))

    @property
    def step(self) -> int:
        """Which step is told; the first is 1."""
        return self.study.step

    @property
    def learning_rate(self) -> float:
        """How far a parameter goes against its gradient."""
        return self.study.learning_rate

    @property
    def loss(self) -> float:
        """The loss before this step."""
        return self.study.loss

    @property
    def loss_after(self) -> float:
        """The loss after this step."""
        return self.study.loss_after

    @property
    def losses(self) -> tuple[float, ...]:
        """The loss before each step, and after the last."""
        return tuple(moment.loss for moment in self.study.moments)

    @property
    def reading(self) -> Reading:
        """What was taken as what: roles, loss, the script's own steps, and how sure that is."""
        return self.study.reading

    @property
    def values(self) -> Mapping[str, Array]:
        """Every named value of the forward pass, by its name."""
        return self.study.values

    @property
    def gradients(self) -> Mapping[str, Array]:
        """The gradient of every named value on the way to the loss, by the value's name."""
        return self.study.gradients

    @property
    def updated(self) -> Mapping[str, Array]:
        """The parameters after this step."""
        return self.study.updated

    def why(self, asked: str) -> Answer:
        """Where a zero, a NaN, an infinity, a tiny or a huge number of this lesson comes from.

        ``asked`` is a name, with an index or without: of what is learnt or given it means the gradient, of any other name the value;
        ``dNAME`` is the gradient of any name.

        Raises:
            UsageError: E327 for a name that does not exist, E411 for an index that does not.

        >>> import numpy as np
        >>> import chainrule
        >>> lesson = chainrule.explain(
        ...     lambda x, w: np.sum(np.maximum(0, w * x)),
        ...     x=np.array([1.0, 2.0]),
        ...     w=np.array([3.0, -4.0]),
        ... )
        >>> answer = lesson.why("w[1]")
        >>> answer.kind, answer.reason, answer.cause
        ('zero', 'unit off', '(w * x)[1]')
        """
        from chainrule.why import why

        given = self.study.given
        return why(
            given,
            asked,
            loss=given.program.outputs[0],
            parameters=self.study.literal.wrt,
            roles=self.reading.roles,
        )

    def print(self, stream: TextIO | None = None) -> None:
        """Print the lesson to a stream, in its width and in colours if it has them."""
        text.show(self.parts, stream)

    def to_text(self, width: int = text.PIPED, *, color: bool = False) -> str:
        """The lesson as plain characters."""
        return text.to_text(self.parts, width, color=color)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<lesson: {self.title}; loss {self.loss:.4g} to {self.loss_after:.4g}>"

    def to_html(self) -> str:
        """The lesson as one page that fetches nothing."""
        from chainrule.lesson.printers.page.html import to_html

        live = None if self.retold is None else self.retold()
        return to_html(self.parts, live=live, why=self.whys())

    def whys(self) -> Mapping[str, Mapping[tuple[int, ...], Answer]]:
        """Why the gradients are what they are: for each name, the parameters first, the answers by the entry's place.

        As many as a page has room for; :meth:`why` answers about any.
        """
        from chainrule.why import whys

        given = self.study.given
        learnt = [one.name for one in self.study.literal.wrt if one.name]
        return whys(
            given,
            list(dict.fromkeys([*learnt, *self.gradients])),
            loss=given.program.outputs[0],
            parameters=self.study.literal.wrt,
            roles=self.reading.roles,
        )

    def to_latex(self) -> str:
        """The lesson as a LaTeX document."""
        from chainrule.lesson.printers.paper.latex import to_latex

        return to_latex(self.parts)

    def to_markdown(self) -> str:
        """The lesson as Markdown."""
        from chainrule.lesson.printers.markdown import to_markdown

        return to_markdown(self.parts)

    def to_notebook(self) -> str:
        """The lesson as a Jupyter notebook that runs."""
        from chainrule.lesson.printers.notebook import to_notebook

        return to_notebook(self.parts)

    def to_json(self) -> str:
        """The lesson as JSON, every number in full."""
        from chainrule.lesson.printers.json import Outcome, to_json

        outcome = Outcome(
            self.loss,
            self.loss_after,
            self.values,
            self.gradients,
            self.updated,
            self.reading,
        )
        return to_json(self.parts, outcome)

    def save(self, path: str | Path, *, medium: str | None = None) -> None:
        """Write the lesson to a file; an existing one is replaced only when the new one is complete.

        Raises:
            UsageError: E430 if the name's ending names no medium.
            CorruptFileError: E504 if it cannot be written.
        """
        ending = Path(path).suffix.lower()
        for name, one in MEDIA.items():
            if name == medium or (medium is None and ending in one.endings):
                replace_file(path, one.write(self))
                return
        known = ", ".join(ending for one in MEDIA.values() for ending in one.endings)
        raise UsageError(
            "E430",
            f"{path} does not say what kind of file it is",
            hint=f"let its name end in one of {known}",
        )

    def _repr_mimebundle_(
        self,
        include: Any = None,  # noqa: ARG002 - what IPython passes
        exclude: Any = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        """How a notebook shows the lesson."""
        from chainrule.lesson.printers.mimebundle import mimebundle

        return mimebundle(self.parts, str(self))


@dataclass(frozen=True, slots=True)
class Medium:
    """A form in which a lesson is saved: how names of its files end, and what stands in one."""

    endings: tuple[str, ...]
    write: Callable[[Lesson], str]


MEDIA: dict[str, Medium] = {
    "html": Medium((".html", ".htm"), Lesson.to_html),
    "latex": Medium((".tex",), Lesson.to_latex),
    "markdown": Medium((".md",), Lesson.to_markdown),
    "notebook": Medium((".ipynb",), Lesson.to_notebook),
    "json": Medium((".json",), Lesson.to_json),
    "text": Medium((".txt",), Lesson.to_text),
}
"""Every form of a lesson, by its name; one more is one more item."""


def explain(
    run: Run,
    *,
    loss: Value | str | None = None,
    wrt: Sequence[Value | str] | None = None,
    optimizer: str | Optimizer | None = None,
    learning_rate: float | None = None,
    steps: int = 1,
    step: int = 1,
    level: Level = "line",
    reading: Reading | None = None,
    branches: Run | None = None,
) -> Lesson:
    """The lesson on a run: one of ``steps`` steps of training, taken apart.

    ``loss`` is the value or name of the loss (the run's first output), ``wrt`` what is learnt (by default every
    float input not named like data). ``optimizer`` makes the steps; without one it is gradient descent, with a learning
    rate of 0.1 if none is given. ``reading`` says how ``run`` was read off a script, and how sure that is; ``branches`` is a run whose outputs
    decided which lines that was.

    Raises:
        UsageError: E411 for a step that is not taken, E410 for a level that does not exist.

    >>> import numpy as np
    >>> from chainrule.trace import trace
    >>> run = trace(
    ...     lambda x, w: np.sum((w * x) ** 2),
    ...     x=np.array([1.0, 2.0]),
    ...     w=np.array([3.0, 4.0]),
    ... )
    >>> lesson = explain(run, learning_rate=0.01)
    >>> lesson.loss, lesson.gradients["w"]
    (73.0, array([ 6., 32.]))
    """
    if level not in LEVELS:
        raise UsageError(
            "E410",
            f"there is no level {level!r}",
            hint=f"choose one of {', '.join(LEVELS)}",
        )
    retell = partial(
        study,
        loss=loss,
        wrt=wrt,
        optimizer=optimizer,
        learning_rate=learning_rate,
        steps=steps,
        step=step,
        reading=reading,
    )
    composed = partial(compose, level=level)
    return Lesson(retell(run), level, partial(live, run, retell, composed, branches))


__all__ = ["LEVELS", "Lesson", "Level", "Part", "compose", "explain"]
