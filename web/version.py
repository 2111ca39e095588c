"""The version of the program, from its package's metadata."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("omnihub")
except PackageNotFoundError:  # run from a folder that was not installed
    VERSION = "0.0.0"
