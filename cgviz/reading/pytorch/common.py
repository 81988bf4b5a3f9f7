"""What the rules of PyTorch's ops share."""

from __future__ import annotations

from typing import Any


class UnknownError(Exception):
    """An op, or a use of it, that is not written in ours; the framework's own stands in."""


def axes_of(dim: Any) -> Any:
    """Returns axes as ours take them: None for all, one as a number."""
    if dim is None or (isinstance(dim, (list, tuple)) and not dim):
        return None
    if isinstance(dim, (list, tuple)):
        return dim[0] if len(dim) == 1 else tuple(dim)
    return dim
