"""The cursor protocol: a reader follows a conversation and never misses or doubles an entry.

Every entry a reader is given carries its ``seq`` and ``prev``, the last number below it
that he may see. A reader whose own last number is not ``prev`` has a gap and fetches what
follows his number. Nothing is kept for a reader here: his cursor is his, the timeline is
the truth, so a cut of any length is made good by one read.
"""

from hub.entries import Entry
from hub.ids import ConversationId
from hub.timeline import Audience, Seen, Timeline, may_see

PAGE = 100


class Follower:
    """One reader's place in one conversation."""

    def __init__(
        self, timeline: Timeline, conversation: ConversationId, *, audience: Audience, last: int = 0
    ) -> None:
        """``last``: the highest number the reader has been given, 0 for none."""
        self._timeline = timeline
        self._audience = audience
        self.conversation = conversation
        self.last = last

    async def take(self, entry: Entry) -> list[Seen]:
        """What to give the reader now that this entry was committed (a hint): often just itself."""
        if entry.seq <= self.last or not may_see(entry, self._audience):
            return []
        if self._audience is Audience.STAFF and entry.seq == self.last + 1:
            seen = Seen(entry, self.last)
            self.last = entry.seq
            return [seen]
        return await self.catch_up()

    async def catch_up(self, *, limit: int = 1000) -> list[Seen]:
        """Everything above the reader's number, at most ``limit``."""
        found: list[Seen] = []
        while len(found) < limit:
            page = await self._timeline.following(
                self.conversation, self.last, audience=self._audience, limit=min(PAGE, limit - len(found))
            )
            if not page:
                break
            found.extend(page)
            self.last = page[-1].entry.seq
        return found
