"""The matrix as JSON, version 1: full precision, nested lists, what is not finite as a string."""

from __future__ import annotations

from typing import Any

from cgviz.analysis.blocks import Block
from cgviz.analysis.products import Product
from cgviz.values.arrays import Value
from cgviz.views.jacobian.facts import MatrixFacts
from cgviz.views.table.json import VERSION, number


def as_data(facts: MatrixFacts) -> dict[str, Any]:
    """Returns what the matrix is, its entries, and how they came about."""
    matrix = facts.matrix
    made: dict[str, Any] = {
        "cgviz": VERSION,
        "program": facts.run.graph.program,
        "detail": facts.run.graph.detail,
        "kind": "hessian" if facts.second else "jacobian",
        "of": node(facts, facts.of),
        "wrt": [node(facts, block) for block in facts.inputs],
        "layout": matrix.layout,
        "shape": list(matrix.shape),
        "rows": [label for block in matrix.rows for label in block.labels],
        "columns": [label for block in matrix.columns for label in block.labels],
        "entries": number(matrix.entries),
        "zeros": matrix.zeros,
        "structural_zeros": matrix.blanks,
        "mode": matrix.mode,
        "passes": matrix.passes,
        "other_mode_passes": matrix.other,
    }
    if facts.second:
        graph = facts.run.graph
        made["corners"] = [graph.nodes[index].name for index in facts.second.corners]
        made["why"] = facts.second.why
        return made
    made["formulas"] = [None if formula is None else formula.text for formula in facts.symbols]
    made["products"] = [product_of(facts, product) for product in facts.products]
    return made


def node(facts: MatrixFacts, block: Block) -> dict[str, Any]:
    return {"name": facts.run.graph.nodes[block.index].name, "label": block.name, "shape": list(block.shape)}


def product_of(facts: MatrixFacts, product: Product) -> dict[str, Any]:
    """Returns the product of the upstream gradient and the matrix, and its price with and without the matrix."""
    return {
        "wrt": facts.run.graph.nodes[product.source].name,
        "upstream": known(product.upstream),
        "by_matrix": known(product.by_matrix),
        "by_steps": known(product.by_steps),
        "gradient": known(product.whole),
        "only_path": product.alone,
        "multiplications": {
            "by_steps": product.steps_cost,
            "by_matrix": product.matrix_cost,
            "to_build": product.build_cost,
        },
    }


def known(value: Value | None) -> Any:
    return None if value is None else number(value)
