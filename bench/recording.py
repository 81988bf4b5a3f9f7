"""One measurement in a process of its own, printed as JSON: `recording.py cgviz|micrograd|program|casadi SIZE`.

All rivals do the same operations, each of two earlier results: of two of the last 50, or of one of them and x, whose
value keeps the numbers in range.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import threading
import time
from pathlib import Path
from typing import Any

Operation = tuple[str, int, int]


def operations(count: int) -> list[Operation]:
    chance = random.Random(1)
    found = []
    for size in range(2, count + 2):
        op, near = chance.choice("+*-"), range(max(0, size - 50), size)
        found.append((op, chance.choice(near), 0 if op == "*" else chance.choice(near)))
    return found


def apply(plan: list[Operation], x: Any, y: Any) -> Any:
    values = [x, y]
    for op, i, j in plan:
        a, b = values[i], values[j]
        values.append(a + b if op == "+" else a * b if op == "*" else a - b)
    return values[-1]


def memory() -> float:
    """Returns the peak resident memory of this process in MB (VmHWM where there is one: maxrss is inherited)."""
    status = Path("/proc/self/status")
    if status.exists():
        return float(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def of_cgviz(plan: list[Operation]) -> dict[str, float]:
    from cgviz.reading.api import trace
    from cgviz.runs.passes import gradient

    before, start = memory(), time.process_time()
    run = trace(lambda x, y: apply(plan, x, y), x=0.6, y=0.2)
    assert run.gradient is not None
    found = {"first": time.process_time() - start, "memory": memory() - before}
    gradient(run.bare, {"x": 0.6, "y": 0.2})
    found["next"] = best(lambda: gradient(run.bare, {"x": 0.61, "y": 0.1}))
    for _ in range(10):
        gradient(run.bare, {"x": 0.61, "y": 0.1})
    found["often"] = best(lambda: gradient(run.bare, {"x": 0.61, "y": 0.1}))
    code = [("+*-".index(op), i, j) for op, i, j in plan]
    found["loop"] = best(lambda: plain_loop(code, 0.61, 0.1))
    return found


def best(function: Any) -> float:
    found = float("inf")
    for _ in range(5):
        start = time.process_time()
        function()
        found = min(found, time.process_time() - start)
    return found


def plain_loop(code: list[tuple[int, int, int]], x: float, y: float) -> tuple[float, float, float]:
    """The same value and gradient by hand, over lists of floats."""
    values = [x, y]
    for op, i, j in code:
        if op == 0:
            values.append(values[i] + values[j])
        elif op == 1:
            values.append(values[i] * values[j])
        else:
            values.append(values[i] - values[j])
    gradients = [0.0] * len(values)
    gradients[-1] = 1.0
    for index in range(len(code) - 1, -1, -1):
        op, i, j = code[index]
        upstream = gradients[index + 2]
        if op == 0:
            gradients[i] += upstream
            gradients[j] += upstream
        elif op == 1:
            gradients[i] += upstream * values[j]
            gradients[j] += upstream * values[i]
        else:
            gradients[i] += upstream
            gradients[j] -= upstream
    return values[-1], gradients[0], gradients[1]


def of_micrograd(plan: list[Operation]) -> dict[str, float]:
    from micrograd.engine import Value

    before, start = memory(), time.process_time()
    x, y = Value(0.6), Value(0.2)
    apply(plan, x, y).backward()
    return {"first": time.process_time() - start, "memory": memory() - before}


def of_program(plan: list[Operation]) -> dict[str, float]:
    import cgviz
    import cgviz.reading.walk

    name = ["x", "y", *(f"t{i}" for i in range(len(plan)))]
    text = "\n".join(f"t{k} = {name[i]} {op} {name[j]}" for k, (op, i, j) in enumerate(plan))
    before, start = memory(), time.process_time()
    assert cgviz.run(text, x=0.6, y=0.2).gradient is not None
    return {"first": time.process_time() - start, "memory": memory() - before}


def of_casadi(plan: list[Operation]) -> dict[str, float]:
    import casadi

    start = time.process_time()
    x, y = casadi.SX.sym("x"), casadi.SX.sym("y")
    values = [x, y]
    for op, i, j in plan:
        a, b = values[i], values[j]
        values.append(a + b if op == "+" else a * b if op == "*" else a - b)
    both = casadi.vertcat(x, y)
    function = casadi.Function("f", [both], [values[-1], casadi.gradient(values[-1], both)])
    function([0.6, 0.2])
    return {"first": time.process_time() - start}


def main() -> None:
    measure = {"cgviz": of_cgviz, "micrograd": of_micrograd, "program": of_program, "casadi": of_casadi}[sys.argv[1]]
    print(json.dumps(measure(operations(int(sys.argv[2])))))


if __name__ == "__main__":
    sys.setrecursionlimit(10**7)
    threading.stack_size(1 << 30)
    thread = threading.Thread(target=main)
    thread.start()
    thread.join()
