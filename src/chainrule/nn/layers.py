"""Every layer there is, to import from one place: of units in a row, of images, and of sequences."""

from chainrule.nn.image_layers import (
    AvgPool2d,
    Conv2d,
    Flatten,
    GlobalAvgPool,
    MaxPool2d,
    Reshape,
)
from chainrule.nn.sequence_layers import GRU, LSTM, RNN, Attention
from chainrule.nn.unit_layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    LayerNorm,
    Residual,
    RMSNorm,
    Written,
)

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Activation",
    "Attention",
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
    "RMSNorm",
    "Reshape",
    "Residual",
    "Written",
]
