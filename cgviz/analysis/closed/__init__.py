"""The derivative in closed form, as sympy finds it, and how many operations it takes beside the staged one."""

from cgviz.analysis.closed.effort import Effort, effort
from cgviz.analysis.closed.slopes import Closed, closed_forms, evaluated

__all__ = ["Closed", "Effort", "closed_forms", "effort", "evaluated"]
