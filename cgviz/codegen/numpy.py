"""NumPy, whose functions carry on where `math` stops."""

from __future__ import annotations

from collections.abc import Mapping

from cgviz.codegen.notation import Code, CodeForm
from cgviz.codegen.python import MATH, Python, PythonCode

LACKING = frozenset(("erf", "erfc", "gamma"))
OTHERWISE = {"acos": "arccos", "acosh": "arccosh", "asin": "arcsin", "asinh": "arcsinh", "atan": "arctan"}
OTHERWISE |= {"atan2": "arctan2", "atanh": "arctanh"}


class NumpyCode(PythonCode):
    language = "NumPy"
    functions: Mapping[str, str | CodeForm] = {
        **{name: f"np.{OTHERWISE.get(name, name)}" for name in MATH.split() if name not in LACKING},
        "abs": "np.abs",
        "logaddexp": "np.logaddexp",
        "sign": "np.sign",
        "max": CodeForm("np.max([{all}])"),
        "min": CodeForm("np.min([{all}])"),
        "where": CodeForm("np.where({truth[0]}, {1}, {2})[()]"),
    }
    constants: Mapping[str, str] = {"pi": "np.pi", "e": "np.e"}
    special = ("np.inf", "-np.inf", "np.nan")
    truth_value = "np.float64({0})"
    powers = CodeForm("np.power({0}, {1})")


class Numpy(Python):
    title: str = "NumPy"
    notation: type[Code] = NumpyCode
    words: str = f"{Python.words} np"
    head: tuple[str, ...] = ("import numpy as np",)

    def given(self, number: str) -> str:
        return f"np.float64({number})"
