"""One suite per port: whatever stands behind it must pass the same tests."""
