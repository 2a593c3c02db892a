"""What may stand in a TOML file that describes a network; read only when there is such a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from chainrule.nn.activations import activation
from chainrule.nn.initialisers import initialiser
from chainrule.nn.losses import loss_of
from chainrule.program import UsageError


def known(find: Callable[[str], Any]) -> AfterValidator:
    """A name that ``find`` knows; what it says of others is told in one line."""

    def check(name: str) -> str:
        try:
            find(name)
        except UsageError as error:
            message = f"{error.message}; {error.hint}"
            raise ValueError(message) from None
        return name

    return AfterValidator(check)


Count = Annotated[int, Field(ge=1, strict=True)]
Seed = Annotated[int, Field(ge=0, strict=True)]
ActivationName = Annotated[str, known(activation)]
LossName = Annotated[str, known(loss_of)]
InitialiserName = Annotated[str, known(initialiser)]


class NetworkForm(BaseModel):
    """The words of ``describe``."""

    model_config = ConfigDict(extra="forbid")

    layers: Annotated[list[Count], Field(min_length=2)]
    activations: list[ActivationName] | None = None
    loss: LossName | None = None
    labels: str | None = None
    batch: Count = 1
    seed: Seed = 0
    columns: bool = False
    initialiser: InitialiserName | None = None
    dtype: Literal["float64", "float32", "float16"] = "float64"
    arrays: dict[str, float | list[Any]] | None = None
