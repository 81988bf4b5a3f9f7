"""The kernel: JSON in, JSON out by its schema; errors with place and remedy; nothing makes it raise."""

from __future__ import annotations

import json
import random
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

import cgviz
from cgviz.kernel import answer, respond
from cgviz.kernel.answers import ANSWERS
from cgviz.reading.shipped import samples

LECTURE = "(x + sigmoid(y))/(sigmoid(x) + (x+y)**2)"


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = json.loads((files("cgviz") / "documents" / "schema" / "kernel-v1.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def asked(program: str = LECTURE, want: tuple[str, ...] = ("program", "numbers"), **more: Any) -> dict[str, Any]:
    return {"cgviz": 1, "program": program, "want": list(want), **more}


def test_every_answer_follows_the_schema(validator: Any) -> None:
    request = asked(inputs={"x": 3, "y": "-4"}, want=tuple(ANSWERS))
    validator.validate(request)
    response = json.loads(answer(json.dumps(request)))
    validator.validate(response)
    assert set(response["answers"]) == set(ANSWERS)
    assert not [name for name, found in response["answers"].items() if "error" in found]


def test_the_schema_names_all_answers_and_options(validator: Any) -> None:
    from dataclasses import fields

    from cgviz.kernel.requests import Options

    request = validator.schema["$defs"]["request"]["properties"]
    assert request["want"]["items"]["enum"] == list(ANSWERS)
    assert set(request["options"]["properties"]) == {each.name for each in fields(Options)}


def test_numbers_are_those_of_the_lecture() -> None:
    found = respond(asked(inputs={"x": 3, "y": -4}))["answers"]["numbers"]
    run = cgviz.run(LECTURE, x=3, y=-4)
    assert found["value"] == run.value
    assert {name: found["gradients"][name] for name in "xy"} == run.gradient


@pytest.mark.parametrize("one", samples(), ids=lambda one: one.name)
def test_every_sample_is_answered(one: Any, validator: Any) -> None:
    response = json.loads(answer(json.dumps(asked(one.text, ("program", "numbers", "live")))))
    validator.validate(response)
    assert response["ok"], response["error"]


def test_an_error_has_a_place_a_remedy_and_a_fix(validator: Any) -> None:
    response = respond(asked("x + tnah(y)*2"))
    validator.validate(json.loads(json.dumps(response)))
    error = response["error"]
    assert (error["kind"], error["start"], error["end"]) == ("expression", 4, 8)
    assert error["message"] == "unknown function 'tnah'"
    assert "did you mean 'tanh'" in error["remedy"]
    assert error["fix"] == {"start": 4, "end": 8, "text": "tanh"}
    assert error["text"].splitlines()[-1].strip() == "^~~~"


def test_inputs_without_a_value_are_1_and_it_says_so() -> None:
    found = respond(asked("x*y + z", inputs={"y": 5}))["answers"]
    assert [each["name"] for each in found["program"]["inputs"] if each["filled"]] == ["x", "z"]
    assert found["numbers"]["value"] == 6
    assert respond(asked("x*y", options={"fill": False}))["answers"]["numbers"]["value"] is None


def test_values_are_numbers_arrays_and_constant_expressions() -> None:
    given = {"W": [[1, 2], [3, 4]], "x": "[1/2, -1]", "c": "pi/4"}
    run = cgviz.run("c*sum(W @ x)", W=given["W"], x=[0.5, -1], c=0.7853981633974483)
    found = respond(asked("c*sum(W @ x)", inputs=given))["answers"]["numbers"]
    assert found["value"] == run.value
    assert found["gradients"]["W"] == run.gradient["W"].tolist()


def test_an_array_that_was_taken_for_a_number_is_asked_for() -> None:
    error = respond(asked("sum(W @ x)"))["error"]
    assert "give W, x a value, an array as in [[1, 2], [3, 4]]" in error["remedy"]


@pytest.mark.parametrize(
    "text", ["", "nonsense", "[]", "null", '{"cgviz": 2}', '{"cgviz": 1, "want": ["x"]}', "[" * 5000]
)
def test_what_is_no_request_is_an_answer_too(text: str, validator: Any) -> None:
    response = json.loads(answer(text))
    validator.validate(response)
    assert not response["ok"]


@pytest.mark.parametrize(
    "change",
    [
        {"program": 5},
        {"inputs": [1]},
        {"inputs": {"x": {"a": 1}}},
        {"inputs": {"x": "@/etc/passwd"}},
        {"options": {"style": "cube"}},
        {"options": {"digits": "many"}},
        {"options": {"digits": 10**9}},
        {"options": {"colour": "red"}},
        {"options": 7},
        {"program": "x\x00\ud800"},
        {"inputs": {"x": "1/0"}},
    ],
)
def test_bad_parts_of_a_request_are_told(change: dict[str, Any], validator: Any) -> None:
    response = json.loads(answer(json.dumps({**asked("x*x"), **change})))
    validator.validate(response)
    assert not response["ok"]
    assert "internal" not in response["error"]["kind"]


def test_random_texts_never_make_it_raise() -> None:
    rng = random.Random(4)
    pieces = [
        "x",
        "y",
        "sin(",
        ")",
        "+",
        "*",
        "[",
        "]",
        "\\frac{",
        "}",
        ";",
        "=",
        "\n",
        "1e400",
        "@",
        "def f(",
        "'",
        "é",
        " ",
    ]
    for _ in range(150):
        text = "".join(rng.choices(pieces, k=rng.randint(1, 12)))
        response = json.loads(answer(json.dumps(asked(text))))
        assert response["ok"] or response["error"]["kind"] != "internal", (text, response["error"])


def test_the_same_request_has_the_same_response() -> None:
    request = json.dumps(asked(want=("program", "numbers", "live", "derive", "code")))
    assert answer(request) == answer(request)


def test_nothing_in_a_response_ends_a_script() -> None:
    assert "</script" not in answer(json.dumps(asked("x </script><script>alert(1)</script>")))
