"""What is built from ops: networks in words, initialisers, losses, layers and optimizers, in plain NumPy."""

from chainrule.nn.activations import ACTIVATIONS, activation
from chainrule.nn.initialisers import INITIALISERS, initialiser
from chainrule.nn.losses import LOSSES, Loss, loss_of
from chainrule.nn.mlp import Described, describe
from chainrule.nn.mlp_spec import MlpSpec
from chainrule.nn.optimizers import Optimizer, optimizer
from chainrule.nn.schedules import SCHEDULES, Schedule, schedule
from chainrule.nn.tomlfile import describe_toml
from chainrule.nn.update_rules import RULES

__all__ = [
    "ACTIVATIONS",
    "INITIALISERS",
    "LOSSES",
    "RULES",
    "SCHEDULES",
    "Described",
    "Loss",
    "MlpSpec",
    "Optimizer",
    "Schedule",
    "activation",
    "describe",
    "describe_toml",
    "initialiser",
    "loss_of",
    "optimizer",
    "schedule",
]
