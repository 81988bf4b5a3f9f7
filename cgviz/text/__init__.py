"""How things are written: numbers, formulas and their notations, spellings, folded lines, files."""
