"""The patterns of `match` as closures that tell whether a value fits, and gather what they bind."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cgviz.grading.interpreter.expressions import Code
from cgviz.grading.interpreter.objects import Frame
from cgviz.grading.interpreter.signals import UNKNOWN, UnreadError

Fits = Callable[[Frame, Any, dict[str, Any]], bool]
ITSELF = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)


class Patterns:
    """Makes closures of patterns; `code` makes those of expressions, `get` and `is_instance` are the machine's."""

    def __init__(self, code: Callable[[ast.expr], Code], machine: Any) -> None:
        self.code, self.machine = code, machine

    def fits(self, pattern: ast.pattern) -> Fits:
        """Returns what tells whether a value fits. Raises UnreadError at a value that is not known."""
        made: Fits = getattr(self, f"of_{type(pattern).__name__.removeprefix('Match').lower()}")(pattern)

        def run(frame: Frame, value: Any, found: dict[str, Any]) -> bool:
            if value is UNKNOWN:
                raise UnreadError("this is not known here")
            return made(frame, value, found)

        return run

    def of_value(self, pattern: ast.MatchValue) -> Fits:
        code = self.code(pattern.value)
        return lambda frame, value, found: bool(value == code(frame))

    def of_singleton(self, pattern: ast.MatchSingleton) -> Fits:
        return lambda frame, value, found: value is pattern.value

    def of_or(self, pattern: ast.MatchOr) -> Fits:
        parts = [self.fits(each) for each in pattern.patterns]
        return lambda frame, value, found: any(fits(frame, value, found) for fits in parts)

    def of_as(self, pattern: ast.MatchAs) -> Fits:
        inner, name = self.fits(pattern.pattern) if pattern.pattern else None, pattern.name

        def run(frame: Frame, value: Any, found: dict[str, Any]) -> bool:
            if inner is not None and not inner(frame, value, found):
                return False
            if name:
                found[name] = value
            return True

        return run

    def of_star(self, pattern: ast.MatchStar) -> Fits:
        return self.of_as(ast.MatchAs(None, pattern.name))

    def of_sequence(self, pattern: ast.MatchSequence) -> Fits:
        parts = [self.fits(each) for each in pattern.patterns]
        star = next((i for i, each in enumerate(pattern.patterns) if isinstance(each, ast.MatchStar)), None)

        def run(frame: Frame, value: Any, found: dict[str, Any]) -> bool:
            if not isinstance(value, Sequence) or isinstance(value, (str, bytes, bytearray)):
                return False
            least = len(parts) - (star is not None)
            if len(value) != least and (star is None or len(value) < least):
                return False
            values = list(value)
            if star is not None:
                end = len(values) - (least - star)
                values[star:end] = [values[star:end]]
            return all(fits(frame, each, found) for fits, each in zip(parts, values, strict=True))

        return run

    def of_mapping(self, pattern: ast.MatchMapping) -> Fits:
        keys, parts = [self.code(each) for each in pattern.keys], [self.fits(each) for each in pattern.patterns]

        def run(frame: Frame, value: Any, found: dict[str, Any]) -> bool:
            if not isinstance(value, Mapping):
                return False
            names = [key(frame) for key in keys]
            if not all(name in value for name in names):
                return False
            if pattern.rest:
                found[pattern.rest] = {name: value[name] for name in value if name not in names}
            return all(fits(frame, value[name], found) for fits, name in zip(parts, names, strict=True))

        return run

    def of_class(self, pattern: ast.MatchClass) -> Fits:
        kind, parts = self.code(pattern.cls), [self.fits(each) for each in pattern.patterns]
        named = [(name, self.fits(each)) for name, each in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True)]
        get, has = self.machine.get, self.machine.has

        def run(frame: Frame, value: Any, found: dict[str, Any]) -> bool:
            cls = kind(frame)
            if not self.machine.is_instance(value, cls):
                return False
            if parts and cls in ITSELF:
                return parts[0](frame, value, found)
            names = get(value, "__match_args__") if parts else ()
            pairs = [*zip(names, parts, strict=False), *named]
            return all(has(value, name) and fits(frame, get(value, name), found) for name, fits in pairs)

        return run
