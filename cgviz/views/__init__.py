"""The views of a run. Each is one file with one entry, reads a run, and computes nothing."""
