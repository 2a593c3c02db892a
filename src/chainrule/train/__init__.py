"""Training: networks, the loop, metrics, checkpoints, model files."""

from chainrule.train.loop import Training
from chainrule.train.network import Network
from chainrule.train.state import Data, Progress, Settings

__all__ = ["Data", "Network", "Progress", "Settings", "Training"]
