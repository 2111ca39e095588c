"""Conversations as they are read: lists, badges, one with its entries, and how far I have read."""

from typing import Annotated, Literal

from pydantic import Field

from hub.access import Permission, Scope
from hub.contacts import Contacts
from hub.documents import Documents
from hub.endpoints import Permitted
from hub.errors import Invalid, NotFound
from hub.timeline import Audience, Timeline
from routing.queues import Queues
from web.allowed import allowed
from web.api.contacts import ContactGiven, present_contact
from web.lists import ConversationLists, Listed
from web.marks import StaffMarks
from web.operations import Asked, Body, Cursor, Given, Id, Operation, Query
from web.presenting import Presenter
from web.sight import Sight
from web.views import EntryView, RowView

_READ = Permitted(Permission.CONVERSATIONS_READ)
Limit = Annotated[int, Field(ge=1, le=100)]
Seq = Annotated[int, Field(ge=0, le=2**53)]


class ListQuery(Query):
    """Which list: mine, a queue's, all I may see, or a contact's; in which state."""

    list: Literal["mine", "queue", "all", "contact"] = "mine"
    queue: Id | None = None
    contact: Id | None = None
    state: Literal["open", "waiting", "closed", "any"] = "any"
    cursor: Cursor | None = None
    limit: Limit = 30


class RowPage(Given):
    """Some conversations, and the cursor that continues."""

    items: list[RowView]
    next: str | None


class Badges(Given):
    """Held by me, offered to me, waiting in each of my queues; 1,000 at most each."""

    mine: int
    offered: int
    queues: dict[str, int]


class ReceiptsView(Given):
    """How far the customer has received and read (sequence numbers)."""

    delivered: int
    read: int


class ConversationView(RowView):
    """A conversation with its contact, receipts, and the verbs I may use now."""

    contact_card: ContactGiven | None
    receipts: ReceiptsView
    may: list[str]


class EntriesQuery(Query):
    """Entries above ``after`` (oldest first), or the last ones below ``before``."""

    after: Seq | None = None
    before: Seq | None = None
    limit: Limit = 50


class EntryPage(Given):
    """Entries in order; ``last``: the conversation's highest number."""

    items: list[EntryView]
    last: int


class ReadMark(Body):
    """The highest number that was shown to me."""

    seq: Annotated[int, Field(ge=1, le=2**53)]


class ConversationsApi:
    """/api/conversations, read."""

    def __init__(
        self,
        documents: Documents,
        *,
        sight: Sight,
        presenter: Presenter,
        marks: StaffMarks,
        contacts: Contacts,
        queues: Queues,
    ) -> None:
        """Over this store."""
        self._lists = ConversationLists(documents)
        self._timeline = Timeline(documents)
        self._sight = sight
        self._presenter = presenter
        self._marks = marks
        self._contacts = contacts
        self._queues = queues

    def operations(self) -> list[Operation]:
        """What to mount."""
        one = "/api/conversations/{id}"
        return [
            Operation(method="GET", path="/api/conversations", policy=_READ, handle=self.list,
                      tag="conversations", query=ListQuery, gives=RowPage, refusals=(404,)),
            Operation(method="GET", path="/api/conversations/badges", policy=_READ,
                      handle=self.badges, tag="conversations", gives=Badges),
            Operation(method="GET", path=one, policy=_READ, handle=self.get,
                      tag="conversations", gives=ConversationView),
            Operation(method="GET", path=f"{one}/entries", policy=_READ, handle=self.entries,
                      tag="conversations", query=EntriesQuery, gives=EntryPage),
            Operation(method="POST", path=f"{one}/read", policy=_READ, handle=self.read,
                      tag="conversations", body=ReadMark, status=204),
        ]  # fmt: skip

    async def list(self, asked: Asked[ListQuery, None]) -> RowPage:
        """A list of conversations.

        Waiting and open ones come by how long they wait, others the latest first.
        """
        found = await self._list(asked)
        rows = await self._presenter.rows(found.items, asked.me.id)
        return RowPage(items=[RowView.model_validate(row) for row in rows], next=found.next)

    async def _list(self, asked: Asked[ListQuery, None]) -> Listed:
        query, me = asked.query, asked.me
        cursor, limit = query.cursor, query.limit
        if query.list == "mine":
            return await self._lists.mine(me, query.state, cursor=cursor, limit=limit)
        if query.list == "all":
            return await self._lists.all(me, query.state, cursor=cursor, limit=limit)
        if query.list == "queue":
            if query.queue is None:
                raise Invalid("queue: say which queue.")
            await self._queues.get(me.organisation, query.queue)
            return await self._lists.queue(me, query.queue, query.state, cursor=cursor, limit=limit)
        if query.contact is None:
            raise Invalid("contact: say which contact.")
        await self._contacts.get(me.organisation, query.contact)
        return await self._lists.contact(me, query.contact, query.state, cursor=cursor, limit=limit)

    async def badges(self, asked: Asked[None, None]) -> Badges:
        """The numbers beside the lists."""
        queues = sorted(asked.me.queues)
        if asked.me.scope(Permission.CONVERSATIONS_READ) is Scope.ALL:
            queues = [queue.id for queue in await self._queues.all(asked.me.organisation)]
        mine, offered, waiting = await self._lists.badges(asked.me, queues)
        return Badges(mine=mine, offered=offered, queues=waiting)

    async def get(self, asked: Asked[None, None]) -> ConversationView:
        """One conversation."""
        last, document = await self._sight.document(asked.me, asked.path["id"])
        row = (await self._presenter.rows([document], asked.me.id))[0]
        contact = str(document["contact"])
        delivered, read = await self._marks.of(asked.path["id"], contact)
        try:
            card = present_contact(await self._contacts.get(asked.me.organisation, contact))
        except NotFound:
            card = None
        return ConversationView.model_validate(
            {
                **row,
                "contact_card": card,
                "receipts": {"delivered": delivered, "read": read},
                "may": allowed(asked.me, last),
            }
        )

    async def entries(self, asked: Asked[EntriesQuery, None]) -> EntryPage:
        """Entries of a conversation, with `seq` and `prev` by which a reader notices a gap."""
        query = asked.query
        if query.after is not None and query.before is not None:
            raise Invalid("before: name either after or before.")
        last = await self._sight.last(asked.me, asked.path["id"])
        if query.after is not None:
            found = await self._timeline.following(
                last.conversation, query.after, audience=Audience.STAFF, limit=query.limit
            )
        else:
            found = await self._timeline.preceding(
                last.conversation, query.before, audience=Audience.STAFF, limit=query.limit
            )
        entries = await self._presenter.entries(found)
        return EntryPage(items=[EntryView.model_validate(entry) for entry in entries], last=last.seq)

    async def read(self, asked: Asked[None, ReadMark]) -> None:
        """I have been shown everything up to `seq`."""
        _last, document = await self._sight.document(asked.me, asked.path["id"])
        await self._marks.raise_to(document, asked.me.id, asked.body.seq)
