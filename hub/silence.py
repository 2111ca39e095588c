"""Silent and sleeping conversations: who says nothing more does not hold an agent's capacity for ever.

No timer has to survive: the conversation documents say since when nothing happened, and
the verb that acts looks again at the last entry.
"""

from datetime import timedelta
from typing import cast

import structlog

from hub.clock import Clock, parse_stamp, stamp
from hub.conversations import Conversations
from hub.documents import Document, Documents, Equal, Range, StoreError, all_of
from hub.doors import Doors
from hub.entries import State
from hub.errors import HubError
from hub.ids import ConversationId

SWEEP = 15.0  # seconds between two looks
BATCH = 200
SHORTEST = 60.0  # seconds: nothing younger is looked at
LONGER = 10.0  # times as long has who left before he was answered
_log = structlog.get_logger(__name__)


class Silence:
    """Closes what has fallen silent and wakes what was snoozed."""

    def __init__(
        self, documents: Documents, conversations: Conversations, doors: Doors, clock: Clock
    ) -> None:
        """``doors`` say how long an inbox's customers may be silent."""
        self._documents = documents
        self._conversations = conversations
        self._doors = doors
        self._clock = clock

    async def sweep(self) -> int:
        """Look once; how many conversations were closed or woken."""
        return await self._close_silent() + await self._wake()

    async def _close_silent(self) -> int:
        done = 0
        organisation = await self._organisation_after("")
        while organisation is not None:
            done += await self._close_silent_of(organisation)
            organisation = await self._organisation_after(organisation)
        return done

    async def _organisation_after(self, organisation: str) -> str | None:
        """The next organisation that has conversations: one step along their index, not a walk."""
        page = await self._documents.find(
            "conversations",
            Range("organisation", gt=organisation),
            sort=("organisation", "state", "updated_at"),
            limit=1,
        )
        return str(page.items[0]["organisation"]) if page.items else None

    async def _close_silent_of(self, organisation: str) -> int:
        done = 0
        before = stamp(self._clock.now() - timedelta(seconds=SHORTEST))
        where = all_of(
            Equal("organisation", organisation),
            Equal("state", State.ASSIGNED.value),
            Range("updated_at", lt=before),
        )
        after: str | None = None
        while True:
            page = await self._documents.find(
                "conversations", where, sort=("updated_at",), limit=BATCH, after=after
            )
            for item in page.items:
                done += await self._close_if_silent(item)
            if page.next is None:
                return done
            after = page.next

    async def _close_if_silent(self, conversation: Document) -> int:
        id, seq = ConversationId(str(conversation["id"])), cast(int, conversation["version"])
        left, waits = conversation.get("left_at"), conversation.get("unanswered")
        if waits and left is None:
            return 0  # the customer waits for an answer: it is not his silence
        try:
            door = await self._doors.door(str(conversation["inbox"]))
            allowed = door.silent_after if left is None else door.left_after
            if allowed is not None and waits:
                allowed *= LONGER
            since = parse_stamp(str(conversation["updated_at"]))
            if allowed is None or self._clock.now() - since < timedelta(seconds=allowed):
                return 0
            if waits:
                entry = await self._conversations.close_left(id, after_seq=seq)
            else:
                words = door.goodbye if left is None else None
                entry = await self._conversations.close_silent(id, after_seq=seq, words=words)
        except HubError as error:
            _log.warning("A silent conversation was left open", reason=error.code)
            return 0
        return 0 if entry is None else 1

    async def _wake(self) -> int:
        now = stamp(self._clock.now())
        page = await self._documents.find(
            "conversations",
            all_of(Equal("state", State.SNOOZED.value), Range("snoozed_until", lte=now)),
            sort=("snoozed_until",),
            limit=BATCH,
        )
        for item in page.items:
            await self._conversations.wake(ConversationId(str(item["id"])))
        return len(page.items)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.sweep()
            except (StoreError, HubError) as error:
                _log.warning("The look for silent conversations was put off", reason=type(error).__name__)
            await self._clock.sleep(SWEEP)
