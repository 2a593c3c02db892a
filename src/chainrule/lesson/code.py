"""The same as source, in four languages, ready to paste."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.lesson.parts import Heading, Part, Prose, Source
from chainrule.lesson.story import Story

TITLES = {"numpy": "NumPy", "tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}


def code(story: Story) -> Iterator[Part]:
    """Section 6."""
    from chainrule.emit import emit  # noqa: PLC0415 - the printer is heavy, and only this section needs it

    yield Heading("Code", 2, "code")
    yield Prose(("The forward and the backward pass as derived above, each standing alone.",))
    for dialect, title in TITLES.items():
        text = emit(story.study.textbook, dialect=dialect, part="backward")
        yield Source(dialect, title, text, "code")
