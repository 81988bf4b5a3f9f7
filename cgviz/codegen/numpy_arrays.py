"""Arrays in NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from cgviz.codegen.array_language import Arrays
from cgviz.codegen.array_notation import ArrayCode, plain_index
from cgviz.codegen.notation import Code, Form
from cgviz.codegen.numpy import Numpy, NumpyCode
from cgviz.ops.rearranging import Key

ONE_BY_ONE = {"erf": "erf", "erfc": "erfc", "gamma": "gamma", "loggamma": "lgamma"}
SOFTMAX = (
    "def softmax(x, axis=-1):",
    "    raised = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))",
    "    return raised / np.sum(raised, axis=axis, keepdims=True)",
)
LOGSUMEXP = (
    "def logsumexp(x, axis=None, keepdims=False):",
    "    largest = np.max(x, axis=axis, keepdims=True, initial=-np.inf)",
    "    found = largest + np.log(np.sum(np.exp(x - largest), axis=axis, keepdims=True))",
    "    return found if keepdims else np.squeeze(found, axis=axis)",
)
LOG_SOFTMAX = (
    "def log_softmax(x, axis=-1):",
    "    shifted = x - np.max(x, axis=axis, keepdims=True, initial=-np.inf)",
    "    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))",
)
PLACE = (
    "def place(part, like, key):",
    "    whole = np.zeros_like(like)",
    "    whole[key] = part",
    "    return whole",
)


class NumpyArrayCode(ArrayCode, NumpyCode):
    framework = "numpy"
    functions: Mapping[str, str | Form] = {
        **NumpyCode.functions,
        **{name: Form(f"np.vectorize(math.{own}, otypes=[float])({{0}})") for name, own in ONE_BY_ONE.items()},
        "max": Form("np.maximum({0}, {1})"),
        "min": Form("np.minimum({0}, {1})"),
        "where": Form("np.where({truth[0]}, {1}, {2})"),
        "trace": "np.trace",
        "det": "np.linalg.det",
        "inv": "np.linalg.inv",
    }
    structural: ClassVar[Mapping[str, str]] = {
        **{name: f"np.{name}({{0}}{{options}})" for name in ("sum", "mean", "reshape", "transpose")},
        **{name: f"{name}({{0}}{{options}})" for name in ("softmax", "log_softmax", "logsumexp")},
        **{f"a{name}": f"np.{name}({{0}}{{options}})" for name in ("max", "min")},
        "norm": "np.linalg.norm({0}{options})",
        "norm along axes": "np.sqrt(np.sum({0.atom}**2{options}))",
        "concat": "np.concatenate([{all}]{options})",
        "stack": "np.array([{all}])",
        "dot": "np.dot({0}, {1})",
        "outer": "np.outer({0}, {1})",
        "trace": "np.trace({0})",
        "det": "np.linalg.det({0})",
        "inv": "np.linalg.inv({0})",
        "pick": "{0.atom}[int({1})]",
        "one_hot": "np.eye({op.parameter})[int({0})]",
        "eye": "np.eye({op.parameter})",
        "spread": "np.broadcast_to({0}, {op.parameter[0]})",
        "full_like": "np.full_like({1}, {0})",
        "ones_like": "np.ones_like({0})",
        "broadcast_like": "np.broadcast_to({0}, {1.atom}.shape)",
        "reshape_like": "np.reshape({0}, {1.atom}.shape)",
        "flip": "np.flip({0}, {axes})",
        "place": "place({0}, {1}, {key})",
    }
    library: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "softmax": SOFTMAX,
        "logsumexp": LOGSUMEXP,
        "log_softmax": LOG_SOFTMAX,
        "place": PLACE,
    }
    filled_by: ClassVar[tuple[str, str]] = ("np.array({0})", "np.zeros({0})")
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
