"""Starts real parts for tests: a store, a browser, the hub itself."""
