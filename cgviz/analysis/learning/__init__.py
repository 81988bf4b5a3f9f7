"""Learning as optimization: a program is the loss on one example, its gradient moves the parameters."""

from cgviz.analysis.learning.descent import Descent, DescentPlan, descend, explained
from cgviz.analysis.learning.objective import Objective
from cgviz.analysis.learning.optimizers import OPTIMIZERS, Optimizer, Settings
from cgviz.analysis.learning.problem import Problem, problem
from cgviz.analysis.learning.surface import Surface, surface
from cgviz.text.tables import DataSheet, read_sheet

__all__ = [
    "OPTIMIZERS",
    "DataSheet",
    "Descent",
    "DescentPlan",
    "Objective",
    "Optimizer",
    "Problem",
    "Settings",
    "Surface",
    "descend",
    "explained",
    "problem",
    "read_sheet",
    "surface",
]
