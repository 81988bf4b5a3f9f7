"""What names mean that a student's file has not made itself: Python's, those of NumPy, math, SciPy and a few more.

Everything is in a list: what is not named here does not exist for a student's file. Nothing here opens a file, makes a
process or reads memory; sizes are bounded by the limits of the process.
"""

from __future__ import annotations

import collections
import copy
import functools
import itertools
import math
import operator
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.linalg
import numpy.random

from cgviz.grading.interpreter import scripts
from cgviz.grading.interpreter.limits import Texts, as_strided, bounded, formatted, outer, raised, zeros
from cgviz.grading.interpreter.objects import Class, Instance, MarkedValue, Module
from cgviz.grading.interpreter.pytorch import torch
from cgviz.grading.interpreter.signals import UNKNOWN, UnreadError

FUNCTIONS = """
abs absolute add all allclose amax amin any append apply_along_axis apply_over_axes arange arccos arccosh arcsin arcsinh
arctan arctan2 arctanh argmax argmin argpartition argsort argwhere around array_equal array_split asanyarray
ascontiguousarray asfarray atleast_1d atleast_2d atleast_3d average bincount bitwise_and bitwise_or bitwise_xor block
broadcast_arrays broadcast_to cbrt ceil choose clip column_stack concatenate conj convolve copysign copyto corrcoef
correlate cos cosh count_nonzero cov cross cumprod cumsum deg2rad delete diag diag_indices diag_indices_from diagflat
diagonal diff digitize divide divmod dot dsplit dstack ediff1d einsum equal exp exp2 expand_dims expm1 extract eye fabs
fill_diagonal flatnonzero flip fliplr flipud floor floor_divide fmax fmin fmod frexp full full_like gradient greater
greater_equal heaviside histogram hsplit hstack hypot identity indices inner insert interp intersect1d invert isclose
isfinite isin isinf isnan isscalar ix_ kron ldexp less less_equal lexsort linspace log log10 log1p log2 logaddexp
logical_and logical_not logical_or logical_xor logspace mask_indices matmul matvec max maximum mean median meshgrid min
minimum mod moveaxis multiply nan_to_num nanmax nanmean nanmin nansum ndim ndindex ndenumerate nditer negative nonzero
not_equal ones ones_like outer pad partition percentile piecewise place polyfit polyval positive power prod ptp put
put_along_axis putmask quantile
rad2deg ravel ravel_multi_index real reciprocal remainder repeat reshape resize rint roll
rollaxis rot90 round searchsorted select setdiff1d shape sign sin sinc sinh size sort split sqrt square squeeze stack
std subtract sum swapaxes take take_along_axis tan tanh tensordot tile trace transpose trapezoid tri tril tril_indices
triu triu_indices true_divide trunc union1d unique unravel_index unwrap vander var vdot vectorize vsplit vstack where
zeros zeros_like linalg.norm linalg.inv linalg.det linalg.solve linalg.svd linalg.eig linalg.eigh linalg.pinv
linalg.matrix_rank linalg.cholesky linalg.multi_dot linalg.qr linalg.lstsq linalg.slogdet array asarray empty empty_like
lib.stride_tricks.sliding_window_view
"""
CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan, "Inf": math.inf, "newaxis": None}
DTYPES: dict[str, Any] = dict.fromkeys(
    "float float16 float32 float64 double single longdouble float_ half".split(), np.float64
) | dict.fromkeys("int int8 int16 int32 int64 uint16 uint32 uint64 int_ intp long".split(), np.int64)
DTYPES |= {"bool": np.bool_, "bool_": np.bool_, "uint8": np.uint8, "complex128": np.complex128, "object": object}
BARE = """
exp log sqrt tanh sin cos tan sinh cosh arctan log1p expm1 square sign maximum minimum dot outer zeros ones zeros_like
ones_like where mean
"""
DRAWS = """
randn rand randint random random_sample normal uniform choice permutation shuffle binomial standard_normal seed beta
multivariate_normal exponential poisson multinomial
"""
MATH = """
acos acosh asin asinh atan atan2 atanh ceil copysign cos cosh degrees erf erfc exp expm1 fabs floor fmod fsum gamma gcd
hypot isclose isfinite isinf isnan lgamma log log10 log1p log2 prod radians sin sinh sqrt tan tanh trunc
"""
ERRORS = """
Exception ValueError TypeError IndexError KeyError AttributeError ZeroDivisionError NotImplementedError RuntimeError
AssertionError StopIteration NameError ArithmeticError OverflowError LookupError ImportError RecursionError
FloatingPointError OSError IOError UnboundLocalError
"""


def nothing(*_: Any, **__: Any) -> Any:
    """Prints, plots, settings: passed over."""
    return UNKNOWN


def functions_of(module: Any, names: str) -> dict[str, Any]:
    return {name: getattr(module, name) for name in names.split() if hasattr(module, name)}


def numpy_module(random: np.random.RandomState) -> Module:
    top: dict[str, Any] = {}
    inner: dict[str, dict[str, Any]] = {}
    for name in FUNCTIONS.split():
        *path, last = name.split(".")
        owner: Any = np
        for step in path:
            owner = getattr(owner, step, None)
        if hasattr(owner, last):
            (inner.setdefault(".".join(path), {}) if path else top)[last] = getattr(owner, last)
    tricks = Module("np.lib.stride_tricks", {**inner["lib.stride_tricks"], "as_strided": as_strided})
    draws = functions_of(random, DRAWS)
    draws |= {"default_rng": lambda *_: Module("np.random", {**draws, "integers": random.randint})}
    draws |= {"RandomState": lambda *_: Module("np.random", draws)}
    return Module(
        "np",
        top
        | CONSTANTS
        | DTYPES
        | {
            "zeros": zeros(np.zeros), "empty": zeros(np.zeros), "ones": bounded(np.ones), "full": bounded(np.full),
            "eye": bounded(np.eye), "identity": bounded(np.eye), "outer": outer, "empty_like": np.zeros_like,
            "ndarray": np.ndarray, "number": np.number, "floating": np.floating, "integer": np.integer,
            "product": np.prod, "alltrue": np.all, "row_stack": np.vstack, "copy": lambda x, *_, **__: np.array(x),
            "linalg": Module("np.linalg", inner["linalg"]), "lib": Module("np.lib", {"stride_tricks": tricks}),
            "random": Module("np.random", draws), "s_": np.s_, "r_": np.r_, "c_": np.c_, "index_exp": np.index_exp,
            "finfo": lambda *_: Module("finfo", {"eps": 2.0**-52, "max": 1.7976931348623157e308, "tiny": 2.0**-1022}),
            "seterr": nothing, "set_printoptions": nothing, "errstate": nothing,
            "testing": Module("np.testing", dict.fromkeys(("assert_allclose", "assert_array_almost_equal"), nothing)),
        },
    )  # fmt: skip


def python(machine: Any) -> dict[str, Any]:
    """Returns Python's own names as a student's file may use them."""

    def known_range(*args: Any) -> range:
        return range(*(whole(each) for each in args))

    def whole(value: Any) -> int:
        if isinstance(value, np.ndarray) and value.ndim == 0 and machine.lenient:
            return int(value)
        return operator.index(value)

    def power(base: Any, exponent: Any, *more: Any) -> Any:
        return pow(base, exponent, *more) if more else raised(base, exponent)

    held: dict[str, Any] = functions_of(__builtins_module(), ERRORS)
    held |= dict.fromkeys("print input help display exit quit breakpoint".split(), nothing)
    return held | {
        "True": True,
        "range": known_range,
        "xrange": known_range,
        "pow": power,
        "len": len, "abs": abs, "min": min, "max": max, "sum": sum, "round": round, "divmod": divmod,
        "int": int, "float": float, "bool": bool, "complex": complex, "str": str, "list": list, "tuple": tuple,
        "dict": dict, "set": set, "frozenset": frozenset, "object": object, "slice": slice,
        "enumerate": enumerate, "zip": zip, "map": mapped(machine), "filter": filtered(machine), "sorted": sorted,
        "reversed": reversed, "any": any, "all": all, "iter": iter, "next": next,
        "repr": repr, "chr": chr, "ord": ord, "id": id, "hash": hash, "callable": callable, "format": formatted,
        "type": machine.type_of, "isinstance": machine.is_instance, "issubclass": lambda one, two: one in (two, object),
        "hasattr": machine.has, "getattr": machine.get, "setattr": machine.put,
        "property": lambda function: MarkedValue("property", function),
        "staticmethod": lambda function: MarkedValue("static", function),
        "classmethod": lambda function: MarkedValue("class", function),
        "Ellipsis": Ellipsis, "NotImplemented": NotImplemented,
        "unicode": str, "long": int, "raw_input": nothing,
        "vars": lambda value: value.held if isinstance(value, Instance) else UNKNOWN,
        "__name__": "homework",
    }  # fmt: skip


def __builtins_module() -> Any:
    import builtins

    return builtins


def mapped(machine: Any) -> Callable[..., Any]:
    return lambda function, *parts: list(map(function, *parts))


def filtered(machine: Any) -> Callable[..., Any]:
    return lambda function, parts: list(filter(function, parts))


def ops_of(machine: Any) -> dict[str, Any]:
    """Returns the modules by the names under which they are imported."""
    random = np.random.RandomState(0)
    machine.random = random
    known, pytorch = numpy_module(random), torch(random)
    special = {
        "expit": lambda x: 1.0 / (1.0 + np.exp(-x)),
        "softmax": lambda x, axis=None: (
            np.exp(x - np.max(x, axis=axis, keepdims=True))
            / np.sum(np.exp(x - np.max(x, axis=axis, keepdims=True)), axis=axis, keepdims=True)
        ),
        "logsumexp": lambda x, axis=None, keepdims=False: np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims)),
        "erf": np.vectorize(math.erf, otypes=[float]),
        "log_softmax": lambda x, axis=None: x - np.log(np.sum(np.exp(x), axis=axis, keepdims=True)),
        "xlogy": lambda x, y: np.where(x == 0, 0.0, x * np.log(np.where(x == 0, 1.0, y))),
    }
    counters = {
        "OrderedDict": collections.OrderedDict,
        "defaultdict": collections.defaultdict,
        "deque": collections.deque,
        "Counter": collections.Counter,
        "namedtuple": lambda name, fields, **_: record(machine, name, fields),
    }
    chance = {
        "random": lambda: float(random.random_sample()),
        "uniform": lambda a, b: float(random.uniform(a, b)),
        "gauss": lambda a, b: float(random.normal(a, b)),
        "randint": lambda a, b: int(random.randint(a, b + 1)),
        "choice": lambda items: items[int(random.randint(len(items)))],
        "shuffle": random.shuffle,
        "sample": lambda items, k: list(items)[:k],
        "seed": nothing,
    }
    steps = functions_of(
        itertools, "accumulate chain combinations cycle islice permutations product repeat zip_longest"
    )
    return {
        "numpy": known,
        "jax.numpy": known,
        "cupy": known,
        "autograd.numpy": known,
        "math": Module("math", functions_of(math, MATH) | {"pow": raised, "pi": math.pi, "e": math.e, "inf": math.inf,
                                                             "nan": math.nan, "tau": math.tau}),
        "torch": pytorch,
        "torch.nn": pytorch.held["nn"],
        "torch.nn.functional": pytorch.held["nn"].held["functional"],
        "torch.autograd": pytorch.held["autograd"],
        "numpy.random": known.held["random"],
        "numpy.linalg": known.held["linalg"],
        "numpy.lib.stride_tricks": known.held["lib"].held["stride_tricks"],
        "numpy.lib": known.held["lib"],
        "scipy": Module("scipy", {"special": Module("scipy.special", special)}),
        "scipy.special": Module("scipy.special", special),
        "collections": Module("collections", counters),
        "random": Module("random", chance),
        "itertools": Module("itertools", steps),
        "functools": Module("functools", {"reduce": functools.reduce, "partial": functools.partial,
                                            "wraps": lambda _: lambda made: made, "lru_cache": lambda *_, **__: same}),
        "copy": Module("copy", {"copy": copied, "deepcopy": copied_deep}),
        "operator": Module("operator", functions_of(operator, "add sub mul truediv neg itemgetter")),
        "time": Module("time", {"time": time.process_time, "perf_counter": time.process_time, "sleep": nothing}),
        "dataclasses": Module("dataclasses", {"dataclass": "dataclass", "field": field}),
        "typing": Module("typing", {"NamedTuple": "named tuple"}),
        "abc": Module("abc", {"ABC": object, "ABCMeta": object, "abstractmethod": same}),
        "__future__": Module("__future__", dict.fromkeys(
            "division print_function absolute_import annotations unicode_literals".split(), True)),
        "builtins": Module("builtins", machine.builtins),
        "past.builtins": Module("past.builtins", machine.builtins),
        **scripts.modules(),
    }  # fmt: skip


def same(made: Any) -> Any:
    return made


def field(default: Any = None, default_factory: Any = None, **_: Any) -> Any:
    return default if default_factory is None else default_factory()


def record(machine: Any, name: str, fields: Any) -> Class:
    names = fields.replace(",", " ").split() if isinstance(fields, str) else list(fields)
    made = Class(machine, name, (), {"__fields__": names})
    as_record(made)
    return made


def as_record(made: Class) -> None:
    """Makes a class with fields a named tuple: it is filled, unpacked and counted by them."""
    names = made.held["__fields__"]
    made.held["__kinds__"] = ("dataclass",)
    made.held["__iter__"] = lambda self: iter([self.held[each] for each in names])
    made.held["__getitem__"] = lambda self, key: [self.held[each] for each in names][key]
    made.held["__len__"] = lambda self: len(names)


def copied(value: Any) -> Any:
    if isinstance(value, Instance):
        made = Instance(value.kind)
        made.held = dict(value.held)
        return made
    return copy.copy(value) if isinstance(value, (list, dict, set, tuple, np.ndarray)) else value


def copied_deep(value: Any, _seen: dict[int, Any] | None = None) -> Any:
    """Returns a deep copy of arrays, lists, dictionaries and objects; functions stay."""
    seen = {} if _seen is None else _seen
    if id(value) in seen:
        return seen[id(value)]
    if isinstance(value, np.ndarray):
        seen[id(value)] = made = value.copy()
        return made
    if isinstance(value, Instance):
        seen[id(value)] = fresh = Instance(value.kind)
        fresh.held = {name: copied_deep(each, seen) for name, each in value.held.items()}
        return fresh
    if type(value) in (tuple, set):
        return type(value)(copied_deep(each, seen) for each in value)
    if type(value) is list or isinstance(value, dict):
        seen[id(value)] = twin = copy.copy(value)
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            twin[key] = copied_deep(each, seen)
        return twin
    return value


METHODS: dict[type, frozenset[str]] = {
    np.ndarray: frozenset(
        "T all any argmax argmin argsort astype clip conj copy cumprod cumsum diagonal dot fill flat "
        "flatten item itemset max mean min ndim nonzero prod ptp put ravel real repeat reshape resize round "
        "searchsorted shape size sort squeeze std strides sum swapaxes take tolist trace transpose "
        "var dtype nbytes itemsize mT".split()
    ),
    np.generic: frozenset("T all any item max mean min ndim real round shape size sum tolist dtype astype copy reshape "
                          "flatten ravel squeeze std var argmax dot is_integer clip".split()),
    str: frozenset("capitalize count endswith find index isalpha isdigit join ljust lower lstrip partition replace "
                   "rfind rjust rstrip split splitlines startswith strip title upper zfill center isupper "
                   "islower isspace rpartition rsplit".split()),
    list: frozenset("append clear copy count extend index insert pop remove reverse sort".split()),
    tuple: frozenset("count index values indices".split()),
    dict: frozenset("clear copy get items keys pop popitem setdefault update values move_to_end most_common".split()),
    set: frozenset("add clear copy difference discard intersection issubset issuperset pop remove symmetric_difference "
                   "union update".split()),
    frozenset: frozenset("union intersection difference issubset".split()),
    collections.deque: frozenset("append appendleft clear extend pop popleft rotate extendleft".split()),
    np.nditer: frozenset("finished iternext multi_index index value reset".split()),
    np.ufunc: frozenset("at reduce outer accumulate reduceat".split()),
    float: frozenset(("is_integer", "real")),
    int: frozenset(("bit_length", "real")),
    slice: frozenset(("start", "stop", "step")),
    BaseException: frozenset(("args",)),
    np.dtype: frozenset(("kind", "name", "type")),
}  # fmt: skip
OF_TYPES = {(dict, "fromkeys"), (str, "join"), (str, "lower"), (collections.OrderedDict, "fromkeys")}


def attribute(value: Any, name: str) -> Any:
    """Returns what a value that is no object of the student's has under a name. Raises AttributeError, UnreadError."""
    if isinstance(value, str) and name == "format":
        return lambda *args, **named: Texts().vformat(value, args, named)
    if isinstance(value, dict) and name in ("iteritems", "iterkeys", "itervalues"):
        name = name[4:]
    if isinstance(value, dict) and name == "has_key":
        return value.__contains__
    if isinstance(value, type):
        if (value, name) in OF_TYPES:
            return getattr(value, name)
        if name == "__name__":
            return value.__name__
        raise UnreadError(f"{value.__name__}.{name} is not known here")
    for kind, names in METHODS.items():
        if isinstance(value, kind):
            if name in names and hasattr(value, name):
                return getattr(value, name)
            raise AttributeError(f"{type(value).__name__!r} object has no attribute {name!r}")
    raise UnreadError(f"{name} is not known here")
