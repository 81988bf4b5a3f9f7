"""`python -m cgviz` is the same as `cgviz`."""

import sys

from cgviz.cli import main

if __name__ == "__main__":
    sys.exit(main())
