"""One conversation as a reader may see it, by its last entry: the truth, not a projection."""

from hub.access import Permission, Principal
from hub.documents import Document, Documents, StoreError
from hub.entries import By, Entry, State
from hub.errors import NotFound, unanswered
from hub.ids import ConversationId
from hub.timeline import Timeline

_ENDED = frozenset({State.CLOSED, State.CONTINUED})


class Sight:
    """Finds conversations; what a reader may not see is not there for him."""

    def __init__(self, documents: Documents) -> None:
        """Over this store."""
        self._documents = documents
        self._timeline = Timeline(documents)

    async def last(self, reader: Principal, conversation: str) -> Entry:
        """The last entry of a conversation the reader may see; :class:`NotFound` otherwise."""
        try:
            last = await self._timeline.last(ConversationId(conversation))
        except StoreError as error:
            raise unanswered(error) from error
        if last is None or last.organisation != reader.organisation:
            raise NotFound("there is no such conversation")
        owner = last.after.agent
        if last.after.state in _ENDED and last.after.queue not in reader.queues:
            owner = await self._last_agent(conversation)
        if not reader.reaches(Permission.CONVERSATIONS_READ, owner=owner, queue=last.after.queue):
            raise NotFound("there is no such conversation")
        return last

    async def own(self, author: By, client_id: str) -> Entry | None:
        """What somebody wrote under a client id, wherever it is."""
        try:
            return await self._timeline.by_client_id(author, client_id)
        except StoreError as error:
            raise unanswered(error) from error

    async def document(self, reader: Principal, conversation: str) -> tuple[Entry, Document]:
        """The last entry, and the conversation's document, which may be a little older."""
        last = await self.last(reader, conversation)
        document = await self._documents.get("conversations", conversation)
        if document is None:
            raise NotFound("there is no such conversation yet")
        return last, document

    async def _last_agent(self, conversation: str) -> str | None:
        document = await self._documents.get("conversations", conversation)
        agent = None if document is None else document.get("last_agent")
        return agent if isinstance(agent, str) else None
