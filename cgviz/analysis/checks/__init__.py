"""The gradient check: every gradient of a run against witnesses that know no derivative rule.

`check` is the entry; `sweep` says how a finite difference errs as its step shrinks.
"""

from cgviz.analysis.checks.report import Checked, CheckedRow, check
from cgviz.analysis.checks.sweep import Sweep, sweep
from cgviz.analysis.checks.witnesses import WITNESSES, Reading

__all__ = ["WITNESSES", "Checked", "CheckedRow", "Reading", "Sweep", "check", "sweep"]
