"""What a table ``[[layers]]`` may say in a TOML file: the kind of a layer and its settings, as in Python."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chainrule.nn import layers
from chainrule.nn.fileform import ActivationName, Count, InitialiserName, LossName, Seed
from chainrule.nn.layers import Layer, Residual

Positive = Annotated[float, Field(gt=0)]


class LayerForm(BaseModel):
    """One layer; the name of its class in ``chainrule.nn.layers`` is its ``kind``."""

    model_config = ConfigDict(extra="forbid")

    kind: str

    def layer(self) -> Layer:
        """The layer that the table says."""
        said = self.model_dump(exclude_none=True, exclude={"kind"})
        made: Layer = getattr(layers, self.kind)(**said)
        return made


class DenseForm(LayerForm):
    """``Dense``."""

    kind: Literal["Dense"]
    units: Count
    activation: ActivationName = "identity"
    initialiser: InitialiserName | None = None
    bias: bool = True
    bias_initialiser: InitialiserName = "zeros"


class ActivationForm(LayerForm):
    """``Activation``."""

    kind: Literal["Activation"]
    name: ActivationName


class DropoutForm(LayerForm):
    """``Dropout``."""

    kind: Literal["Dropout"]
    rate: Annotated[float, Field(ge=0, lt=1)]


class BatchNormForm(LayerForm):
    """``BatchNorm``."""

    kind: Literal["BatchNorm"]
    momentum: Annotated[float, Field(ge=0, le=1)] = 0.9
    eps: Positive = 1e-5


class LayerNormForm(LayerForm):
    """``LayerNorm``."""

    kind: Literal["LayerNorm"]
    eps: Positive = 1e-5


class EmbeddingForm(LayerForm):
    """``Embedding``."""

    kind: Literal["Embedding"]
    n_words: Count
    size: Count
    initialiser: InitialiserName = "normal"
    column: Annotated[int, Field(ge=0, strict=True)] | None = None


class ResidualForm(LayerForm):
    """``Residual``, its own layers in tables ``[[layers.layers]]``."""

    kind: Literal["Residual"]
    layers: Annotated[list[AnyLayer], Field(min_length=1)]

    def layer(self) -> Layer:
        """The block around the layers that its tables say."""
        return Residual(tuple(one.layer() for one in self.layers))


AnyLayer = Annotated[
    DenseForm
    | ActivationForm
    | DropoutForm
    | BatchNormForm
    | LayerNormForm
    | EmbeddingForm
    | ResidualForm,
    Field(discriminator="kind"),
]
FORMS: dict[str, type[LayerForm]] = {
    form.__name__.removesuffix("Form"): form for form in LayerForm.__subclasses__()
}


class LayeredForm(BaseModel):
    """A network layer by layer."""

    model_config = ConfigDict(extra="forbid")

    inputs: Count
    layers: Annotated[list[AnyLayer], Field(min_length=1)]
    loss: LossName
    labels: str | None = None
    batch: Count = 1
    seed: Seed = 0
    dtype: Literal["float64", "float32", "float16"] = "float64"
    arrays: dict[str, float | list[Any]] | None = None


ResidualForm.model_rebuild()
LayeredForm.model_rebuild()
