"""Redis carries hints between processes. Nothing is kept there, and nothing depends on it but time."""
