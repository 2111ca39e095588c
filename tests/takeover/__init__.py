"""Owners of a routing group that are stopped and killed while everybody works."""
