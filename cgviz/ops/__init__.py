"""The ops, one record each. Importing this package registers all of them, in the order in which they are listed."""

from cgviz.ops import arithmetic, exponential

__all__ = ["arithmetic", "exponential"]
