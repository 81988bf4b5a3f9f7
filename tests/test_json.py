"""JSON of a run: its schema, the lecture's numbers, and what JSON cannot say by itself."""

from __future__ import annotations

import json
import math
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
import sympy
from reports import table

import cgviz

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"
PROGRAMS: list[tuple[Any, dict[str, float], str]] = [
    (LECTURE, {"x": 3, "y": -4}, "stage"),
    (LECTURE, {"x": 3, "y": -4}, "gate"),
    (LECTURE, {}, "stage"),
    ("2*(x*y + max(z, w))", {"x": 3, "y": -4, "z": 2, "w": -1}, "gate"),
    ("max(x, y)", {"x": 2, "y": 2}, "stage"),
    ("relu(x) + abs(x)", {"x": 0}, "stage"),
    ("relu(x)", {"x": -1}, "stage"),
    ("sigmoid(x)", {"x": 40}, "stage"),
    ("1/x", {"x": 0}, "stage"),
    ("log(x)", {"x": -1}, "stage"),
    ("-exp(x)", {"x": 800}, "stage"),
    ("where(x > 0, x**2, log(x))", {"x": 1}, "stage"),
    ("where(x > 0, x**2, log(x))", {}, "stage"),
    ("c = x + y; unused = c*2; c = c*c; c/2", {"x": 1, "y": 2}, "stage"),
    ("x = 2; y = 3; x*y", {}, "stage"),
    ("2 + 3", {}, "stage"),
    ("x", {"x": 1}, "stage"),
    ("sin(pi/4*x)**x", {"x": 2}, "stage"),
    (sympy.Symbol("=x[b]\n") * sympy.Symbol("変"), {"=x[b]\n": 1, "変": 2}, "stage"),
]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((files("cgviz") / "documents" / "schema" / "run-v1.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def no_literal(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def document(program: Any, values: dict[str, float], detail: str = "stage") -> dict[str, Any]:
    text = table(cgviz.run(program, values, detail=detail), "json")
    assert text.endswith("}\n")
    assert text.isascii()
    made: dict[str, Any] = json.loads(text, parse_constant=no_literal)
    return made


@pytest.mark.parametrize(("program", "values", "detail"), PROGRAMS, ids=lambda value: repr(value)[:30])
def test_follows_the_schema(validator: Any, program: Any, values: dict[str, float], detail: str) -> None:
    validator.validate(document(program, values, detail))


def test_the_schema_refuses_what_is_no_run(validator: Any) -> None:
    made = document("x*y", {"x": 1, "y": 2})
    for broken in ({**made, "cgviz": 2}, {**made, "more": 1}, {**made, "gradient": {"x": "infinite"}}):
        assert not validator.is_valid(broken)
    made["stages"][0]["flags"] = ["odd"]
    assert not validator.is_valid(made)


def test_the_lecture() -> None:
    made = document(LECTURE, {"x": 3, "y": -4})
    names = ["sigy", "num", "sigx", "xpy", "xpysqr", "den", "invden", "f"]
    assert [(stage["number"], stage["name"]) for stage in made["stages"]] == list(enumerate(names, 1))
    assert list(made["gradient"]) == ["x", "y"]
    assert made["gradient"] == pytest.approx({"x": 2.0595697955721652, "y": 1.5922327514838093}, rel=1e-15)
    assert made["output"] == {"name": "f", "shape": [], "value": pytest.approx(1.5456448841066441, rel=1e-15)}
    sigy, x = made["stages"][0], made["inputs"][0]
    assert (sigy["op"], sigy["formula"], sigy["label"], sigy["gate"]) == ("sigmoid", "sigmoid(y)", "sigy", "scales")
    local = sigy["operands"][0]["local"]
    assert local["formula"] == "(1 - sigy)*sigy"
    assert local["value"] == pytest.approx(math.exp(4) / (1 + math.exp(4)) ** 2, rel=1e-14)
    assert [(edge["via"], edge["slot"]) for edge in x["contributions"]] == [("xpy", 0), ("sigx", 0), ("num", 0)]
    assert sum(edge["value"] for edge in x["contributions"]) == pytest.approx(x["gradient"], rel=1e-15)
    assert x["given"] == "cli"


@pytest.mark.parametrize(("program", "values", "detail"), PROGRAMS, ids=lambda value: repr(value)[:30])
def test_contributions_are_operands_seen_from_the_other_end(program: Any, values: Any, detail: str) -> None:
    made = document(program, values, detail)
    flowing = sorted(
        (operand["name"], stage["name"], operand["slot"], repr(operand["contribution"]))
        for stage in made["stages"]
        for operand in stage["operands"]
        if operand.get("contribution") is not None
    )
    received = sorted(
        (node["name"], edge["via"], edge["slot"], repr(edge["value"]))
        for node in made["inputs"] + made["stages"]
        for edge in node["contributions"]
        if edge["value"] is not None
    )
    assert flowing == received


def test_repeated_operands_and_folded_constants() -> None:
    stages = document("q = x*x; q**y*2", {"x": 3, "y": 2})["stages"]
    assert [operand["name"] for operand in stages[0]["operands"]] == ["x", "x"]
    assert stages[-1]["operands"][1] == {"slot": 1, "constant": 2}
    assert "2," not in table(cgviz.run("x/2.5", x=1), "json").split('"constant": ')[1][:4]


def test_numbers_that_are_not_finite() -> None:
    made = document("1/x", {"x": 0})
    assert (made["output"]["value"], made["gradient"]["x"]) == ("inf", "-inf")
    assert made["stages"][0]["flags"] == ["nonfinite"]
    assert document("log(x)", {"x": -1})["output"]["value"] == "nan"


def test_without_values() -> None:
    made = document("x*y", {})
    assert made["output"]["value"] is None
    assert made["gradient"] == {"x": None, "y": None}
    assert made["inputs"][0]["given"] == "none"
    assert made["stages"][0]["operands"][0]["local"] == {"formula": "y", "value": None}
    assert document("x = 2; y*x", {"y": 1})["inputs"][0]["given"] == "default"


def test_names_labels_and_program_text() -> None:
    second = document("c = x + y; c = c*c; c/2", {"x": 1, "y": 2})["stages"][1]
    assert (second["name"], second["label"], second["formula"]) == ("c_2", "c′", "c*c")
    third = document("c = x + y; c = c*c; c/2", {"x": 1, "y": 2})["stages"][2]
    assert third["formula"] == "c_2/2"
    assert third["operands"][0]["name"] == "c_2"


def test_flags_and_what_does_not_flow() -> None:
    made = document("q = x + y; unused = q*2; max(x, q)", {"x": 1, "y": 0})
    flags = {stage["name"]: stage["flags"] for stage in made["stages"]}
    assert flags == {"q": [], "unused": ["dead"], "f": ["tie"]}
    unused = made["stages"][1]
    assert unused["gradient"] == 0
    assert unused["operands"][0]["contribution"] is None
    branch = document("where(x > 0, x**2, log(x))", {"x": 1})["stages"][-1]["operands"]
    assert branch[0]["local"] is None
    assert branch[1]["contribution"] == 1
    assert branch[2]["local"]["value"] is None


def test_reads_well() -> None:
    lines = table(cgviz.run(LECTURE, x=3, y=-4), "json").splitlines()
    assert max(map(len, lines)) <= 120
    assert '        {"via": "sigx", "slot": 0, "value": -0.0357615478126537},' in lines


def test_a_very_long_local_derivative_is_not_written_out() -> None:
    names = [f"x{i}" for i in range(500)]
    made = document("*".join(names), dict.fromkeys(names, 1.0))
    assert made["stages"][0]["operands"][0]["local"] == {"formula": None, "value": 1.0}
    assert made["gradient"]["x499"] == 1
