"""Training: networks, the loop, metrics, checkpoints, model files."""

from chainrule.train.loop.epochs import Training
from chainrule.train.loop.log import Diary
from chainrule.train.loop.metrics import Metric
from chainrule.train.loop.state import Data, Progress, Settings
from chainrule.train.loop.tensorboard import TensorBoard
from chainrule.train.model.network import Network

__all__ = [
    "Data",
    "Diary",
    "Metric",
    "Network",
    "Progress",
    "Settings",
    "TensorBoard",
    "Training",
]
