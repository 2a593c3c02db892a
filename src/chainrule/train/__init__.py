"""Training: networks, the loop, metrics, checkpoints, model files."""

from chainrule.train.diary import Diary
from chainrule.train.loop import Training
from chainrule.train.network import Network
from chainrule.train.state import Data, Progress, Settings
from chainrule.train.tensorboard import TensorBoard

__all__ = [
    "Data",
    "Diary",
    "Network",
    "Progress",
    "Settings",
    "TensorBoard",
    "Training",
]
