"""Factors of matrices that PyTorch finds, its signs among them."""

from __future__ import annotations

from typing import Any

import torch

from cgviz.ops import spectra
from cgviz.reading.pytorch.common import UnknownError
from cgviz.reading.tracing import factored
from cgviz.reading.tracing.tracer import Tracer


def svd(x: Tracer, full: bool = False, vectors: bool = True, **_: Any) -> tuple[Any, Any, Any]:
    if full and x.shape[-1] != x.shape[-2]:
        raise UnknownError
    if not vectors:
        return None, spectra.SVDVALS(x), None
    left, _, right = torch.linalg.svd(torch.tensor(x.current), full_matrices=False)
    return factored.with_vectors(x, left.numpy(), right.numpy())


def qr(x: Tracer, mode: str = "reduced") -> Any:
    return tuple(factored.qr(x.tape, x, mode))
