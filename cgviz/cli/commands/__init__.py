"""One module per command, each with its `command`; cgviz/cli/group.py names them."""
