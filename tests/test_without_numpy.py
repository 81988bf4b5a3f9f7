"""A program of numbers never needs numpy: in the browser it may not be there."""

from __future__ import annotations

import subprocess
import sys

PROGRAMS = [
    "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)",
    "-y*log(p) - (1 - y)*log(1 - p)",
    "where(x > 0, log(x), 0) + relu(y) + max(x, y)",
    r"\frac{x}{1 + e^{-y}}",
    "1/x + sqrt(y)",
]
CODE = """
import json, sys
from itertools import product
sys.modules["numpy"] = None
from cgviz.kernel import respond
from cgviz.kernel.answers import ANSWERS
for program, values in product(PROGRAMS, ({"x": 0, "y": 0, "p": 1}, {"x": 1.5, "y": -2, "p": 0.5})):
    want = [name for name in ANSWERS if name not in ("jacobian", "picture")]
    response = respond({"cgviz": 1, "program": program, "inputs": values, "want": want})
    said = json.dumps([response["error"], *response["answers"].values()])
    at = said.find("need numpy")
    assert at < 0, said[at - 200 : at + 200]
    assert "internal error" not in said, said[:2000]
"""


def test_numbers_need_no_numpy() -> None:
    done = subprocess.run([sys.executable, "-c", f"PROGRAMS = {PROGRAMS!r}\n{CODE}"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
