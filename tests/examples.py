"""The samples that ship, those without arrays apart: what is written for scalars alone is tested on those."""

from __future__ import annotations

import cgviz
from cgviz.reading.shipped import Sample, samples

SCALAR: tuple[Sample, ...] = tuple(each for each in samples() if not cgviz.read(each.text).has_arrays)
ARRAYS: tuple[Sample, ...] = tuple(each for each in samples() if each not in SCALAR)
