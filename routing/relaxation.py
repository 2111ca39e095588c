"""What is still demanded after some steps of relaxation. Pure."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class RelaxationStep(Protocol):
    """One step: every level lowered by so many, some skills not demanded any more."""

    @property
    def lower(self) -> int:
        """How many levels less, down to 1."""
        ...

    @property
    def drop(self) -> "Sequence[str] | frozenset[str]":
        """Skills that are not demanded any more."""
        ...


def relaxed(skills: Mapping[str, int], steps: Sequence[RelaxationStep], done: int) -> dict[str, int]:
    """The levels demanded once the first ``done`` steps are in force."""
    demanded = dict(skills)
    for step in steps[:done]:
        demanded = {
            skill: max(level - step.lower, 1) for skill, level in demanded.items() if skill not in step.drop
        }
    return demanded
