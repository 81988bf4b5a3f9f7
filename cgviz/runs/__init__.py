"""A run of a graph: passes, values, gradients, the sequence of steps, what went wrong."""
