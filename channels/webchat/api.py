"""The endpoints of a conversation: session, messages, timeline, small calls (docs/channels/webchat.md)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from channels.webchat import answers, wire
from channels.webchat.config import Locale, WebChatSettings, locale_of, worded
from channels.webchat.door import Doorkeeper, Opening
from channels.webchat.marks import Marks
from channels.webchat.presence import Presence
from channels.webchat.reading import MOST_IN_PAGE, PAGE, Reader
from channels.webchat.refusals import Refused
from channels.webchat.visitors import Visitor, Visitors
from channels.webchat.words import hours_text, opens_text
from channels.webchat.writing import Writing
from hub.clock import Clock, parse_stamp, stamp
from hub.endpoints import Answer, Call, Endpoint, Public
from hub.errors import Invalid
from hub.ids import ConversationId
from hub.inboxes import Inbox

CHAT = "/webchat/{inbox}"
VISITORS_CALL = Public("customers call it; they are known by a token of ours, within limits")
B = TypeVar("B")
Handle = Callable[[Call], Awaitable[Answer]]


def answered(handle: Handle) -> Handle:
    """The handler, with our own refusals as answers; the hub's errors go on to the web server."""

    async def guarded(call: Call) -> Answer:
        try:
            return await handle(call)
        except Refused as error:
            return error.answer()

    return guarded


def _endpoint(
    method: str,
    path: str,
    handle: Handle,
    summary: str,
    *,
    takes: type[wire.Incoming] | None = None,
    gives: object = None,
) -> Endpoint:
    handle = answered(handle)
    return Endpoint(
        method, f"{CHAT}/{path}", VISITORS_CALL, handle, summary, takes=takes, gives=gives, any_origin=True
    )


def body_of(call: Call, kind: type[B]) -> B:
    """The decoded body of a call."""
    if not isinstance(call.body, kind):
        raise Invalid("the request has no body")
    return call.body


class SessionEndpoint:
    """POST session: who the visitor is, what the inbox is like, what goes on."""

    def __init__(
        self,
        door: Doorkeeper,
        visitors: Visitors,
        reader: Reader,
        *,
        max_file_bytes: int,
    ) -> None:
        """``max_file_bytes``: the most that the house takes."""
        self._door = door
        self._visitors = visitors
        self._reader = reader
        self._max_file_bytes = max_file_bytes

    def endpoints(self) -> list[Endpoint]:
        """What to mount."""
        return [
            _endpoint(
                "POST",
                "session",
                self.session,
                "Open a session",
                takes=wire.SessionRequest,
                gives=answers.Session,
            )
        ]

    async def session(self, call: Call) -> Answer:
        """POST session."""
        request = body_of(call, wire.SessionRequest)
        inbox, settings = await self._door.admit(call.path["inbox"], call.headers, call.host)
        self._door.count_session(inbox, settings, call.address)
        caller = await self._visitors.open(inbox, settings, request)
        verified, name = False, None
        if caller.visitor is not None:
            verified = caller.visitor.identity is not None
            contact = await self._visitors.contact(caller.visitor)
            name = str(contact.unverified.get("name") or "") or None
        tag = request.locale or call.headers.get("accept-language")
        answer = answers.Session(
            token=caller.token,
            contact=answers.ContactView(verified=verified, name=name),
            inbox=await self._inbox_view(inbox, settings, tag),
            conversation=await self._reader.current_state(caller),
            socket=f"/webchat/{inbox.id}/socket",
        )
        return Answer(answer)

    async def _inbox_view(
        self, inbox: Inbox, settings: WebChatSettings, tag: str | None
    ) -> answers.InboxView:
        locale = locale_of(tag, settings.locale)
        opening = await self._door.opening(inbox)
        opens = opening.next
        return answers.InboxView(
            id=inbox.id,
            name=worded(settings.title, locale) or inbox.name,
            open=opening.open,
            opens_at=None if opens is None else stamp(opens),
            opens_text=_opens_text(opening, locale),
            staffed=await self._reader.staffed(inbox.queue),
            hours_text=worded(settings.hours_text, locale) or hours_text(opening.hours, locale),
            greeting=worded(settings.greeting, locale),
            colour=settings.colour,
            offline=settings.offline,
            max_text=settings.max_text,
            max_file_bytes=min(settings.max_file_bytes, self._max_file_bytes),
            file_types=settings.file_types,
        )


class TalkEndpoints:
    """What is said, and the small things around it."""

    def __init__(
        self,
        door: Doorkeeper,
        writing: Writing,
        reader: Reader,
        marks: Marks,
        presence: Presence,
        *,
        clock: Clock,
    ) -> None:
        """``presence`` is told of every call: a client without a socket lives by them."""
        self._door = door
        self._writing = writing
        self._reader = reader
        self._marks = marks
        self._clock = clock
        self._presence = presence

    def endpoints(self) -> list[Endpoint]:
        """What to mount."""
        message = _endpoint(
            "POST", "messages", self.message, "Write", takes=wire.MessageRequest, gives=answers.Stored
        )
        offline = _endpoint(
            "POST",
            "offline-message",
            self.offline_message,
            "Leave a message",
            takes=wire.OfflineRequest,
            gives=answers.Stored,
        )
        return [
            message,
            offline,
            _endpoint("GET", "entries", self.entries, "Read the timeline", gives=answers.Entries),
            _endpoint("POST", "read", self.read, "Say how far was read", takes=wire.ReadRequest),
            _endpoint("POST", "typing", self.typing, "Say that he types", takes=wire.TypingRequest),
            _endpoint("POST", "rating", self.rating, "Rate the service", takes=wire.RatingRequest),
            _endpoint("POST", "leave", self.leave, "End the conversation", takes=wire.NothingRequest),
            _endpoint("GET", "transcript", self.transcript, "What was said, as text"),
        ]

    async def message(self, call: Call) -> Answer:
        """POST messages."""
        caller = await self._door.caller(call)
        self._door.count_message(caller, call.address)
        began = self._clock.now().timestamp()
        caller, stored = await self._writing.message(caller, body_of(call, wire.MessageRequest))
        self._presence.called(caller)
        return Answer(stored, status=_created(stored, began))

    async def offline_message(self, call: Call) -> Answer:
        """POST offline-message."""
        caller = await self._door.caller(call)
        self._door.count_message(caller, call.address)
        began = self._clock.now().timestamp()
        stored = await self._writing.leave_message(caller, body_of(call, wire.OfflineRequest))
        return Answer(stored, status=_created(stored, began))

    async def entries(self, call: Call) -> Answer:
        """GET entries?conversation=&after=&limit=."""
        caller = await self._door.caller(call)
        self._door.count_small(caller)
        after = _number(call.query, "after", 0, most=2**53)
        limit = _number(call.query, "limit", PAGE, most=MOST_IN_PAGE)
        conversation = call.query.get("conversation")
        self._presence.called(caller)
        return Answer(await self._reader.page(caller, conversation=conversation, after=after, limit=limit))

    async def _current(self, call: Call) -> tuple[ConversationId, Visitor]:
        caller = await self._door.caller(call)
        self._door.count_small(caller)
        return await self._writing.current(caller)

    async def read(self, call: Call) -> Answer:
        """POST read."""
        request = body_of(call, wire.ReadRequest)
        conversation, visitor = await self._current(call)
        if request.conversation is not None:
            run = await self._reader.run(visitor.inbox, visitor.address)
            conversation = run.id(run.generation(request.conversation))
        await self._marks.raise_to(conversation, visitor.contact, read=request.seq)
        return Answer(status=204)

    async def typing(self, call: Call) -> Answer:
        """POST typing."""
        request = body_of(call, wire.TypingRequest)
        conversation, visitor = await self._current(call)
        self._presence.typing(conversation, visitor, on=request.on)
        return Answer(status=204)

    async def rating(self, call: Call) -> Answer:
        """POST rating."""
        request = body_of(call, wire.RatingRequest)
        conversation, visitor = await self._current(call)
        client_id = request.client_id or f"rated-{stamp(self._clock.now())}"
        await self._writing.rate(conversation, visitor, request, client_id=client_id)
        return Answer(status=204)

    async def leave(self, call: Call) -> Answer:
        """POST leave."""
        await self._writing.leave(*await self._current(call))
        return Answer(status=204)

    async def transcript(self, call: Call) -> Answer:
        """GET transcript?locale=."""
        caller = await self._door.caller(call)
        self._door.count_small(caller)
        settings = caller.settings
        locale = locale_of(call.query.get("locale") or call.headers.get("accept-language"), settings.locale)
        title = worded(settings.title, locale) or caller.inbox.name
        zone = await self._door.zone(caller.inbox, settings)
        text = await self._reader.transcript(caller, title=title, zone=zone, locale=locale)
        headers = {"content-disposition": 'attachment; filename="transcript.txt"'}
        return Answer(text.encode(), headers=headers, media_type="text/plain; charset=utf-8")


def _opens_text(opening: Opening, locale: Locale) -> str:
    opens, hours = opening.next, opening.hours
    if opens is None or hours is None:
        return ""
    return opens_text(opens, opening.now, hours.zone, locale)


def _created(stored: answers.Stored, began: float) -> int:
    """201 for a new entry, 200 for one that stood before this call (stamps have milliseconds)."""
    return 201 if parse_stamp(stored.entry.at).timestamp() >= began - 0.001 else 200


def _number(query: Mapping[str, str], name: str, default: int, *, most: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 16 or int(text) > most:
        raise Invalid(f"{name}: a whole number from 0 to {most}", code="invalid_input")
    return int(text)
