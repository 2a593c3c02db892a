"""Every layer there is, to import from one place: of units in a row, and of images."""

from chainrule.nn.image_layers import (
    AvgPool2d,
    Conv2d,
    Flatten,
    GlobalAvgPool,
    MaxPool2d,
    Reshape,
)
from chainrule.nn.unit_layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    LayerNorm,
    Residual,
    Written,
)

__all__ = [
    "Activation",
    "AvgPool2d",
    "BatchNorm",
    "Conv2d",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAvgPool",
    "LayerNorm",
    "MaxPool2d",
    "Reshape",
    "Residual",
    "Written",
]
