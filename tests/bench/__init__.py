"""Measurements: `python -m tests.bench [name ...]`; targets and methods are in docs/performance.md."""
