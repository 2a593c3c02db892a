"""Training: networks, the loop, metrics, checkpoints, model files."""

from chainrule.train.loop import Data, Progress, Settings, Training
from chainrule.train.network import Network

__all__ = ["Data", "Network", "Progress", "Settings", "Training"]
