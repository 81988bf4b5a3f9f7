"""Layers of PyTorch and Keras that have no parameters: `nn.LeakyReLU(0.1)(x)` is `leaky_relu(x, 0.1)`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from cgviz.errors import ExpressionError, quoted
from cgviz.reading.brackets import after_bracket
from cgviz.reading.tokens import Token

MADE = re.compile(r"\)\s*\(|=\s*(?:[A-Za-z.]+\.)?[A-Z]\w*\(")
# the name of a layer, and of the function that takes its operands and then what the layer was made with
FUNCTIONS = dict(
    pair.split(":")
    for pair in (
        "ReLU:relu ReLU6:relu6 LeakyReLU:leaky_relu ELU:elu CELU:celu SELU:selu GELU:gelu SiLU:silu Mish:mish "
        "Softplus:softplus Softsign:softsign Sigmoid:sigmoid LogSigmoid:logsigmoid Tanh:tanh Tanhshrink:tanhshrink "
        "Hardtanh:hardtanh Hardsigmoid:hardsigmoid Hardswish:hardswish Softshrink:softshrink Hardshrink:hardshrink "
        "Threshold:threshold GLU:glu Softmax:softmax LogSoftmax:log_softmax Softmin:softmin MSELoss:mse_loss "
        "L1Loss:l1_loss SmoothL1Loss:smooth_l1_loss HuberLoss:huber_loss BCELoss:binary_cross_entropy "
        "BCEWithLogitsLoss:binary_cross_entropy_with_logits CrossEntropyLoss:cross_entropy NLLLoss:nll_loss "
        "KLDivLoss:kl_div CosineSimilarity:cosine_similarity HingeEmbeddingLoss:hinge_embedding_loss "
        "MarginRankingLoss:margin_ranking_loss TripletMarginLoss:triplet_margin_loss SoftMarginLoss:soft_margin_loss "
        "CosineEmbeddingLoss:cosine_embedding_loss GaussianNLLLoss:gaussian_nll_loss PoissonNLLLoss:poisson_nll_loss"
    ).split()
)


def may_have_layers(text: str) -> bool:
    return MADE.search(text) is not None


def layers_applied(text: str, every: Sequence[Token], variables: Collection[str]) -> list[Token]:
    """Returns the tokens with each layer that is made and applied, in one go or by a name, as its function.

    Raises ExpressionError for a layer with parameters of its own, `nn.Linear(3, 2)(x)`, and for one that is not known.
    """
    found: list[Token] = []
    before: dict[int, Sequence[Token]] = {}  # what is entered before a bracket that closes
    named: dict[str, tuple[str, Sequence[Token]]] = {}  # `loss = nn.MSELoss()`
    applied = {name.text for name, bracket in pairwise(every) if name.kind == "name" and bracket.kind == "("}
    at = 0
    while at < len(every):
        token = every[at]
        if token.kind == "name" and every[at + 1].kind == "=" and (not found or found[-1].kind == "end"):
            layer, end = layer_at(text, every, at + 2, variables)
            if layer and every[end].kind == "end" and token.text in applied:
                named[token.text] = layer
                at = end + 1
                continue
        found += before.get(at, ())
        layer, end = layer_at(text, every, at, variables)
        if not layer and token.kind == "name" and token.text in named:
            layer, end = named[token.text], at + 1
        if not layer or every[end].kind != "(":
            found.append(token)
            at += 1
            continue
        function, made_with = layer
        found.append(token._replace(text=f"torch.nn.functional.{function}"))
        if made_with:
            before[after_bracket(every, end) - 1] = [Token(",", ",", token.end, token.end), *made_with]
        at = end
    return found


def layer_at(
    text: str, every: Sequence[Token], at: int, variables: Collection[str]
) -> tuple[tuple[str, Sequence[Token]] | None, int]:
    """Returns the layer that is made at `at`, as its function and what it is made with, and where its bracket ends."""
    token = every[at]
    module, _, name = token.text.rpartition(".")
    if token.kind != "name" or not name[:1].isupper() or every[at + 1].kind != "(" or token.text in variables:
        return None, at
    end = after_bracket(every, at + 1)
    if name == "LeakyReLU" and end == at + 3 and (not module or "keras" in module):
        message = "the slope of Keras is 0.3, of PyTorch 0.01: write it, LeakyReLU(0.01)"
        raise ExpressionError(message, text, token.start, token.end)
    if name in FUNCTIONS:
        return (FUNCTIONS[name], every[at + 2 : end - 1]), end
    if module and every[end].kind in ("(", "end"):
        message = f"{quoted(token.text)} is a layer: write what it does, its parameters as inputs, as in "
        message += "F.linear(x, W, b); cgviz.from_torch takes whole modules"
        raise ExpressionError(message, text, token.start, token.end)
    return None, at
