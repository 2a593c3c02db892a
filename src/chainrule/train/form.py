"""What a training may be told, on the command line or in a TOML file; read only when there is one to check."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from chainrule.nn import optimizer, schedule
from chainrule.nn.fileform import ActivationName, Count, LossName, Seed, known

# named here, as inside the class these names are its fields
OptimizerName = Annotated[str, known(optimizer)]
ScheduleName = Annotated[str, known(schedule)]


class TrainForm(BaseModel):
    """The words of ``chainrule train``."""

    model_config = ConfigDict(extra="forbid")

    data: str
    target: str | None = None
    hidden: list[Count] = [64, 32]
    activation: ActivationName = "relu"
    task: Literal["classification", "regression"] | None = None
    loss: LossName | None = None
    optimizer: OptimizerName = "adam"
    learning_rate: Annotated[float, Field(gt=0)] | None = None
    schedule: ScheduleName | None = None
    l1: Annotated[float, Field(ge=0)] = 0.0
    l2: Annotated[float, Field(ge=0)] | None = None
    clip_norm: Annotated[float, Field(gt=0)] | None = None
    epochs: Count = 100
    batch_size: Count = 32
    test: Annotated[float, Field(ge=0, lt=1)] = 0.25
    patience: Count | None = None
    impute: bool = False
    class_weight: Literal["balanced"] | None = None
    seed: Seed = 0
    dtype: Literal["float64", "float32"] = "float64"
    out: str | None = None
