"""A restricted interpreter of Python: a walk over the syntax tree of a student's file, which is never executed.

Names lead to the student's own functions and classes and to a list of NumPy's, PyTorch's and Python's; there are no
files, no imports, no attributes of Python's own objects but those in a list. What is not known makes unknown only what
is made of it. `machine.Machine` runs a file, `calls` bind it to an exercise.
"""
