"""Where people work: a static site, a server on this machine, notebooks, Markdown, Sphinx and MkDocs."""
