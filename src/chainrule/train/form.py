"""What a training may be told, on the command line or in a TOML file; read only when there is one to check."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from chainrule.nn import optimizer, schedule
from chainrule.nn.fileform import ActivationName, Count, LossName, Seed, known


def _listed(said: Any) -> Any:
    """``"64, 32"`` as the list that it is; what is no text stays what it is."""
    if not isinstance(said, str):
        return said
    parts = [part.strip() for part in said.split(",") if part.strip()]
    return [int(part) if part.isdecimal() else part for part in parts]


def _named(said: Any) -> Any:
    """``"a, b"`` as a list of names, which may look like numbers."""
    if not isinstance(said, str):
        return said
    return [part.strip() for part in said.split(",") if part.strip()]


# named here, as inside the class these names are its fields
OptimizerName = Annotated[str, known(optimizer)]
ScheduleName = Annotated[str, known(schedule)]
Sizes = Annotated[list[Count], BeforeValidator(_listed)]
Activations = Annotated[
    list[ActivationName], Field(min_length=1), BeforeValidator(_named)
]
Names = Annotated[list[str], BeforeValidator(_named)]
Above = Annotated[float, Field(gt=0, allow_inf_nan=False)]
AtLeast = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, lt=1)]


class TrainForm(BaseModel):
    """The words of ``chainrule train``."""

    model_config = ConfigDict(extra="forbid")

    data: str
    target: Names | None = None
    ignore: Names = []
    task: Literal["classification", "regression"] | None = None
    impute: bool = False
    test: Share = 0.25
    hidden: Sizes = [64, 32]
    activation: Activations = ["relu"]
    dropout: Share = 0.0
    batch_norm: bool = False
    embed: Count | None = None
    loss: LossName | None = None
    optimizer: OptimizerName = "adam"
    learning_rate: Above | None = None
    schedule: ScheduleName | None = None
    l1: AtLeast = 0.0
    l2: AtLeast | None = None
    clip_value: Above | None = None
    clip_norm: Above | None = None
    max_norm: Above | None = None
    epochs: Count = 100
    batch_size: Count = 32
    accumulate: Count = 1
    validation: Share | None = None
    patience: Count | None = None
    class_weight: Literal["balanced"] | None = None
    detect_anomaly: bool = False
    seed: Seed = 0
    dtype: Literal["float64", "float32"] = "float64"
    out: str | None = None
    tensorboard: str | None = None
    restart: bool = False
    quiet: bool = False
