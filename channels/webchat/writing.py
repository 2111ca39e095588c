"""What a customer does: write, send files, choose, leave a message, rate, end it."""

import asyncio
from typing import cast

from channels.webchat.answers import Stored
from channels.webchat.door import Doorkeeper
from channels.webchat.files import Files
from channels.webchat.reading import Reader
from channels.webchat.visitors import Caller, Visitor, Visitors
from channels.webchat.wire import MessageRequest, OfflineRequest, RatingRequest, option_label
from hub.documents import Json
from hub.entries import Actor, By, Entry, State
from hub.errors import Conflict, Invalid, NotAllowed
from hub.ids import ConversationId, InboxId
from hub.intake import Incoming, Intake

TURNS = 4  # of the event loop, from the commit's hint until a desk that waits for nothing else has it
_CLOSED = (State.CLOSED, State.CONTINUED)


class Writing:
    """Acts of customers, each by the hub's own verb."""

    def __init__(
        self, intake: Intake, *, visitors: Visitors, files: Files, reader: Reader, door: Doorkeeper
    ) -> None:
        """``intake`` has the verbs."""
        self._intake = intake
        self._visitors = visitors
        self._files = files
        self._reader = reader
        self._door = door

    async def message(self, caller: Caller, request: MessageRequest) -> tuple[Caller, Stored]:
        """Store a message; the same client id again answers the entry of the first time.

        With the caller, who is stored from now on.
        """
        _check_message(caller, request)
        if not await self._door.open_now(caller.inbox):
            standing = await self._standing(caller, request.client_id)
            if standing is not None:
                return caller, await self._stored(standing)
            if not await self._goes_on(caller):
                raise NotAllowed("nobody answers now; leave a message", code="closed_now")
        caller = await self._visitors.stored(caller)
        visitor = cast(Visitor, caller.visitor)
        body: dict[str, Json] = {}
        if request.text is not None:
            body["text"] = request.text
        if request.attachments:
            body["attachments"] = await self._files.attach(request.attachments, visitor)
        if request.choice is not None:
            body |= await self._choice(caller, request.choice, cast(str, request.reply_to))
        entry = await self._receive(caller, visitor, body, request.client_id)
        if request.attachments:
            await self._files.belong(request.attachments, entry.conversation)
        return caller, await self._stored(entry)

    async def leave_message(self, caller: Caller, request: OfflineRequest) -> Stored:
        """Store a message for later, with how its author is reached."""
        if caller.settings.offline != "message" and not await self._door.open_now(caller.inbox):
            raise NotAllowed("messages cannot be left here", code="closed_now")
        _check_text(caller, request.text)
        reach = {"name": request.name, "email": request.email, "phone": request.phone}
        given: dict[str, Json] = {
            key: value.strip() for key, value in reach.items() if value and value.strip()
        }
        if not ("email" in given or "phone" in given):
            raise Invalid("give an e-mail address or a phone number", code="no_way_to_reach")
        caller = await self._visitors.stored(caller)
        visitor = cast(Visitor, caller.visitor)
        body: dict[str, Json] = {"text": request.text, "form": given}
        entry = await self._receive(caller, visitor, body, request.client_id)
        await self._visitors.claim(visitor, caller.settings, given)
        return await self._stored(entry)

    async def _receive(
        self, caller: Caller, visitor: Visitor, body: dict[str, Json], client_id: str
    ) -> Entry:
        incoming = Incoming(
            inbox=InboxId(caller.inbox.id),
            address=visitor.address,
            contact=visitor.contact,
            body=body,
            client_id=client_id,
            origin=lambda: self._visitors.origin(visitor),
        )
        return await self._intake.receive(incoming)

    async def _stored(self, entry: Entry) -> Stored:
        """The answer; it is put together when the desks have been told, where that can be at once.

        The entry is durable already. Somebody waits for it at a desk; the customer has it before his eyes.
        """
        for _ in range(TURNS):
            await asyncio.sleep(0)
        view = await self._reader.view_of(entry)
        return Stored(entry=view, conversation=await self._reader.state_with(entry))

    async def _standing(self, caller: Caller, client_id: str) -> Entry | None:
        """What this client id stored before: it is never refused afterwards."""
        if caller.visitor is None:
            return None
        author = By(Actor.CONTACT, caller.visitor.contact)
        return await self._reader.timeline.by_client_id(author, client_id)

    async def _goes_on(self, caller: Caller) -> bool:
        """Whether a conversation is open, which opening hours do not cut short."""
        latest = (await self._reader.run_of(caller)).latest
        last = None if latest is None else await self._reader.timeline.last(latest)
        return last is not None and last.after.state not in _CLOSED

    async def _choice(self, caller: Caller, value: str, reply_to: str) -> dict[str, Json]:
        entry = await self._reader.timeline.by_id(reply_to)
        own = entry is not None and (entry.inbox, entry.address) == (caller.inbox.id, caller.address)
        label = option_label(entry, value) if entry is not None and own else None
        if label is None:
            raise Invalid("there is no such option", code="unknown_choice")
        return {"text": label, "choice": value, "reply_to": reply_to}

    async def current(self, caller: Caller) -> tuple[ConversationId, Visitor]:
        """The caller's conversation; a conflict where he has none yet."""
        latest = None if caller.visitor is None else (await self._reader.run_of(caller)).latest
        if latest is None or caller.visitor is None:
            raise Conflict("there is no conversation yet", code="no_conversation")
        return latest, caller.visitor

    async def rate(
        self, conversation: ConversationId, visitor: Visitor, request: RatingRequest, *, client_id: str
    ) -> None:
        """Rate a conversation; the last rating counts."""
        await self._intake.rate(
            conversation,
            visitor.contact,
            score=request.score,
            comment=request.comment or None,
            client_id=client_id,
        )

    async def leave(self, conversation: ConversationId, visitor: Visitor) -> None:
        """The customer ends it; one that is closed already stays so."""
        try:
            await self._intake.leave(conversation, visitor.contact)
        except NotAllowed:
            return


def _check_message(caller: Caller, request: MessageRequest) -> None:
    if request.choice is not None:
        if request.text is not None or request.attachments or request.reply_to is None:
            raise Invalid("a choice comes with reply_to and nothing else", code="invalid_input")
        return
    if request.text is None and not request.attachments:
        raise Invalid("say something: text, attachments or choice", code="empty")
    if request.text is not None:
        _check_text(caller, request.text)


def _check_text(caller: Caller, text: str) -> None:
    if not text.strip():
        raise Invalid("the text is empty", code="empty")
    if len(text) > caller.settings.max_text:
        raise Invalid(f"at most {caller.settings.max_text} characters", code="text_too_long")
