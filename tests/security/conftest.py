"""The stage as a fixture."""

from tests.web.conftest import stage

__all__ = ["stage"]
