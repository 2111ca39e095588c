"""Making every projection anew from the entries: while the house runs (``hub store rebuild``), or in a
migration, where what a conversation document says has got another meaning.
"""

from collections.abc import Callable
from typing import cast

from hub.documents import Documents
from hub.events import LocalBus
from hub.ids import Address, InboxId, conversation_id
from hub.projections import Projector


async def rebuild_everything(
    documents: Documents, projector: Projector, progress: Callable[[int], None]
) -> int:
    """Rebuild each conversation document of each thread; how many. ``progress`` hears the number so far."""
    done = 0
    after: str | None = None
    while True:
        page = await documents.find("threads", limit=500, after=after)
        for thread in page.items:
            inbox, address = InboxId(str(thread["inbox"])), Address(str(thread["address"]))
            for generation in range(1, cast(int, thread["generation"]) + 1):
                await projector.rebuild(conversation_id(inbox, address, generation))
                done += 1
            progress(done)
        if page.next is None:
            return done
        after = page.next


async def rebuild_quietly(documents: Documents) -> None:
    """The same before the house runs, when nobody listens."""
    await rebuild_everything(documents, Projector(documents, LocalBus()), lambda _: None)
