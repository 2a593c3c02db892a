"""Training: networks, the loop, metrics, checkpoints, model files."""

from chainrule.train.loop.epochs import Training
from chainrule.train.loop.log import Diary
from chainrule.train.loop.metrics import Metric
from chainrule.train.loop.state import Data, Progress, Settings
from chainrule.train.loop.tensorboard import TensorBoard
from chainrule.train.many import fit_many
from chainrule.train.model.ensemble import Ensemble
from chainrule.train.model.network import Network

__all__ = [
    "Data",
    "Diary",
    "Ensemble",
    "Metric",
    "Network",
    "Progress",
    "Settings",
    "TensorBoard",
    "Training",
    "fit_many",
]
