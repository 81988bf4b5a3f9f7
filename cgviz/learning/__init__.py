"""Learning as optimization: a program is the loss on one example, its gradient moves the parameters."""

from cgviz.learning.descent import Descent, Plan, descend
from cgviz.learning.divergence import explained
from cgviz.learning.objective import Objective
from cgviz.learning.optimizers import OPTIMIZERS, Optimizer, Settings
from cgviz.learning.problem import Problem, problem
from cgviz.learning.surface import Surface, surface
from cgviz.text.tables import Sheet, read_sheet

__all__ = [
    "OPTIMIZERS",
    "Descent",
    "Objective",
    "Optimizer",
    "Plan",
    "Problem",
    "Settings",
    "Sheet",
    "Surface",
    "descend",
    "explained",
    "problem",
    "read_sheet",
    "surface",
]
