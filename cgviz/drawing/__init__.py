"""How things are drawn: theme, fonts, engine, the diagram."""
