"""The graph: nodes in topological order, their shapes, stages and names."""
