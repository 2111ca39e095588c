"""Skills: what agents can do (a gas meter, a pipe, English) and how well, from 1 to 10."""

from typing import Annotated

import msgspec

from hub.documents import Collection, Documents, Equal, Index
from hub.errors import Conflict, Invalid
from hub.events import Bus
from hub.ids import Ids
from hub.register import MOST, Kept, Register

SKILLS = "skills"
COLLECTIONS = (Collection(SKILLS, (Index("organisation", ("organisation",)),)),)

Level = Annotated[int, msgspec.Meta(ge=1, le=10)]
Levels = Annotated[
    dict[Annotated[str, msgspec.Meta(min_length=1, max_length=64)], Level],
    msgspec.Meta(max_length=50),
]


class Skill(Kept, frozen=True, kw_only=True):
    """One skill that conversations may ask for."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


Skills = Register[Skill]


def open_skills(documents: Documents, ids: Ids, bus: Bus) -> Skills:
    """The register of skills, with its rules."""
    rules = _Rules(documents)
    return Register(
        documents,
        ids,
        bus,
        kind=Skill,
        collection=SKILLS,
        prefix="k",
        check=rules.check,
        guard=rules.guard,
    )


async def unknown_skills(skills: Skills, organisation: str, levels: dict[str, int]) -> list[str]:
    """Those of the named skills that this organisation does not have."""
    if not levels:
        return []
    known = {skill.id for skill in await skills.all(organisation)}
    return sorted(set(levels) - known)


class _Rules:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def check(self, skill: Skill, before: Skill | None) -> None:
        page = await self._documents.find(SKILLS, Equal("organisation", skill.organisation), limit=MOST)
        name = skill.name.strip().casefold()
        for other in page.items:
            if other["id"] != skill.id and str(other["name"]).strip().casefold() == name:
                raise Invalid("name: there is a skill of this name already.")

    async def guard(self, skill: Skill) -> None:
        for collection, word in (("agents", "agents"), ("queues", "queues")):
            page = await self._documents.find(
                collection, Equal("organisation", skill.organisation), limit=MOST
            )
            holders = [
                str(document.get("name"))
                for document in page.items
                if skill.id in (document.get("skills") or {})  # type: ignore[operator]
            ]
            if holders:
                raise Conflict(f"Some {word} still have this skill: {', '.join(holders[:5])}.", code="in_use")
