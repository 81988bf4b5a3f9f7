"""Text, LaTeX and sympy in: how a program becomes unevaluated sympy, and sympy a graph."""
