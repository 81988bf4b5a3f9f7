"""Reports as documents, and their printers."""
