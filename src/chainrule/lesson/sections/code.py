"""The same as source, in four languages, ready to paste."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.lesson.analysis.listing import Listing
from chainrule.lesson.parts import Heading, Part, Prose, Source

TITLES = {
    "numpy": "NumPy",
    "tensorflow": "TensorFlow",
    "torch": "PyTorch",
    "jax": "JAX",
}


def code(listing: Listing) -> Iterator[Part]:
    """Section 6."""
    yield Heading("Code", 2, "code")
    yield Prose(
        ("The forward and the backward pass as derived above, each standing alone.",)
    )
    for dialect, title in TITLES.items():
        text = listing.numpy if dialect == "numpy" else listing.text(dialect)
        yield Source(dialect, title, text, "code")
