"""The twenty faults of the protocol and some of ours, put back one at a time into a copy of the tree."""

from tests.simulation.faults.catching import Catch, catch, catch_all
from tests.simulation.faults.table import FAULTS, PROTOCOL, Fault

__all__ = ["FAULTS", "PROTOCOL", "Catch", "Fault", "catch", "catch_all"]
