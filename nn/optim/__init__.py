"""Walk it backward, then one step downhill: the contents, `optim.SGD`, `optim.inverse_time`."""

from tinygrad_fr.nn.optim.optimizers import (
    OPTIMIZERS,
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    Optimizer,
    RMSProp,
    clip_gradients,
    optimizer,
)
from tinygrad_fr.nn.optim.schedules import (
    SCHEDULES,
    Schedule,
    constant,
    cosine,
    exponential,
    inverse_time,
    linear,
    plateau,
    schedule,
)

FLOORS = (
    ("schedules",),
    ("optimizers",),
)

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Momentum",
    "Nesterov",
    "Optimizer",
    "RMSProp",
    "Schedule",
    "clip_gradients",
    "constant",
    "cosine",
    "exponential",
    "inverse_time",
    "linear",
    "optimizer",
    "plateau",
    "schedule",
]
