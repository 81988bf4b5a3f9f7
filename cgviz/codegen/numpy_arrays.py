"""Arrays in NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from cgviz.codegen.array_language import Arrays
from cgviz.codegen.array_notation import ArrayCode, plain_index
from cgviz.codegen.notation import Code, CodeForm
from cgviz.codegen.numpy import Numpy, NumpyCode
from cgviz.ops.rearranging import Key

ONE_BY_ONE = {"erf": "erf", "erfc": "erfc", "gamma": "gamma", "loggamma": "lgamma"}


class NumpyArrayCode(ArrayCode, NumpyCode):
    framework = "numpy"
    functions: Mapping[str, str | CodeForm] = {
        **NumpyCode.functions,
        **{name: CodeForm(f"np.vectorize(math.{own}, otypes=[float])({{0}})") for name, own in ONE_BY_ONE.items()},
        "max": CodeForm("np.maximum({0}, {1})"),
        "min": CodeForm("np.minimum({0}, {1})"),
        "where": CodeForm("np.where({truth[0]}, {1}, {2})"),
        "trace": "np.trace",
        "det": "np.linalg.det",
        "inv": "np.linalg.inv",
    }
    filled_by: ClassVar[tuple[str, str]] = ("np.array({0})", "np.zeros({0})")
    zeros = "np.zeros({0})"
    places = "np.asarray({0}, int)"
    truth_value = "np.where({0}, 1.0, 0.0)"

    def key(self, key: Key) -> str:
        return plain_index(key)


class NumpyArrays(Arrays, Numpy):
    notation: type[Code] = NumpyArrayCode
    head: tuple[str, ...] = ("import math", "", "import numpy as np")
    zeros = "np.zeros_like({0})"

    def given(self, number: str) -> str:
        return number if number.startswith("np.") else super().given(number)

    def check(self, name: str, expected: str) -> str:
        return f"np.testing.assert_allclose({name}, {expected}, rtol=1e-9, atol=1e-9)"
