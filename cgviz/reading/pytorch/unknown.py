"""What a rule raises where an op has no form in ours."""

from __future__ import annotations


class UnknownError(Exception):
    """An op, or a use of it, that is not written in ours; the framework's own stands in."""
