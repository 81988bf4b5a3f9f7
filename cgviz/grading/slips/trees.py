"""Parts of a statement, and statements with another part in the place of one."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Any

import numpy as np

NUMPY = "<np>"
MODULES = ("np", "numpy", "torch", "F", "math", "jnp", NUMPY)
VALUED = (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.Call)


@lru_cache(maxsize=512)
def parts(node: ast.stmt) -> list[ast.expr]:
    """Returns the expressions of a statement that are read, outermost first; of a block, those of its head."""
    heads: list[ast.AST] = []
    match node:
        case ast.Assign(value=value) | ast.AugAssign(value=value) | ast.Expr(value=value):
            heads = [value]
        case ast.AnnAssign(value=value) | ast.Return(value=value):
            heads = [value] if value is not None else []
        case ast.For(iter=over):
            heads = [over]
        case ast.If(test=test) | ast.While(test=test) | ast.Match(subject=test):
            heads = [test]
    if isinstance(node, ast.Assign):
        heads += [each.slice for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Subscript)]
    if isinstance(node, ast.AugAssign):
        heads += [each.slice for each in ast.walk(node.target) if isinstance(each, ast.Subscript)]
    return [each for head in heads for each in ast.walk(head) if isinstance(each, ast.expr)]


def changed(node: ast.AST, old: ast.AST, new: ast.AST) -> Any:
    """Returns a tree with another part in the place of `old`; only the way to it is copied."""
    found, around = new, ways(node)
    while old is not node:
        if id(old) not in around:
            return node
        above, field, at = around[id(old)]
        held = getattr(above, field)
        found = with_field(above, field, found if at is None else [*held[:at], found, *held[at + 1 :]])
        old = above
    return found


@lru_cache(maxsize=512)
def ways(node: ast.AST) -> dict[int, tuple[ast.AST, str, int | None]]:
    """Returns, for every part of a tree by its id, the part that holds it, in which field, and where in its list.

    The statements of a block are not parts of it.
    """
    found: dict[int, tuple[ast.AST, str, int | None]] = {}
    todo = [node]
    while todo:
        above = todo.pop()
        for field, value in ast.iter_fields(above):
            inner = isinstance(above, ast.stmt) and field in ("body", "orelse", "finalbody", "handlers", "cases")
            listed = enumerate(value) if isinstance(value, list) and not inner else [(None, value)]
            for at, each in listed:
                if isinstance(each, ast.AST) and not isinstance(each, (ast.expr_context, ast.operator)):
                    found.setdefault(id(each), (above, field, at))
                    todo.append(each)
    return found


def heads_of(node: ast.stmt) -> list[ast.expr]:
    """Returns what a statement assigns, adds or returns: each part of a tuple."""
    value = getattr(node, "value", None)
    scales = isinstance(node, ast.AugAssign) and not isinstance(node.op, (ast.Add, ast.Sub))
    if value is None or scales or not isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return)):
        return []
    return list(value.elts) if isinstance(value, (ast.Tuple, ast.List)) else [value]


def name(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def numpy(function: str, *args: ast.expr, **named: Any) -> ast.expr:
    keywords = [
        ast.keyword(key, ast.Constant(value) if not isinstance(value, ast.expr) else value)
        for key, value in named.items()
    ]
    return ast.Call(ast.Attribute(ast.Name(NUMPY, ast.Load()), function, ast.Load()), list(args), keywords)


def binary(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.expr:
    return ast.BinOp(left, op, right)


def turned(node: ast.expr) -> ast.expr:
    return ast.Attribute(node, "T", ast.Load())


def turn(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Attribute) and node.attr == "T" else turned(node)


def written(node: ast.AST) -> str:
    """Returns a part as it is written, in short."""
    text = ast.unparse(node).replace(NUMPY, "np")
    return text if len(text) <= 40 else "this"


def function_name(node: ast.expr) -> str:
    """Returns the last word by which a call names its function, "" for what is no call."""
    func = node.func if isinstance(node, ast.Call) else None
    return str(getattr(func, "attr", getattr(func, "id", "")))


def is_call(node: ast.expr, *names: str) -> bool:
    return isinstance(node, ast.Call) and function_name(node) in names


def is_operation(node: ast.expr, *ops: type[ast.operator]) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ops)


def renamed(call: ast.Call, other: str) -> Any:
    """Returns a call of another function."""
    method = isinstance(call.func, ast.Attribute)
    return with_field(call, "func", with_field(call.func, "attr", other) if method else ast.Name(other, ast.Load()))


def listed_in(node: ast.expr) -> list[ast.expr]:
    """Returns the parts of a tuple or list, the arguments of a call."""
    if isinstance(node, (ast.Tuple, ast.List)):
        return node.elts
    return node.args if isinstance(node, ast.Call) else []


def is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)


def is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0


def is_value(value: Any) -> bool:
    return isinstance(value, (float, np.floating, np.ndarray)) or (
        isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    )


def is_operand(part: ast.expr, every: list[ast.expr]) -> bool:
    """Tells whether a part is an operand of arithmetic, or an argument."""
    for each in every:
        if isinstance(each, ast.BinOp) and part in (each.left, each.right):
            return True
        if isinstance(each, ast.UnaryOp) and each.operand is part:
            return True
        if isinstance(each, ast.Call) and part in each.args:
            return True
    return False


def with_field(node: ast.AST, name: str, value: Any) -> Any:
    made = type(node)(**{field: getattr(node, field, None) for field in node._fields})
    setattr(made, name, value)
    return ast.copy_location(made, node)


def target_of(node: ast.stmt) -> str:
    target = getattr(node, "target", None) or next(iter(getattr(node, "targets", [])), None)
    return written(target) if target is not None else "this"


def constant_of(value: Any) -> ast.expr:
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def adding(node: ast.stmt, target: Any, value: ast.expr) -> ast.stmt:
    """Returns `target += value` in the place of a statement."""
    return ast.copy_location(ast.AugAssign(target, ast.Add(), value), node)


def setting(node: ast.stmt, target: Any, value: ast.expr) -> ast.stmt:
    """Returns `target = value` in the place of a statement."""
    return ast.copy_location(ast.Assign([target], value), node)
