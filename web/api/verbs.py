"""What staff do to conversations: one route for each verb; the verb itself decides whether it may."""

from typing import Any

import structlog

from hub.access import Permission
from hub.clock import Clock
from hub.conversations import Conversations
from hub.delivery import ChannelOf
from hub.documents import Document, Json
from hub.endpoints import Permitted
from hub.entries import Actor, By, Entry
from hub.erasure import Erasure
from hub.errors import Invalid, NotFound
from hub.ids import ConversationId, InboxId
from hub.timeline import Seen
from routing.skills import Skills, unknown_skills
from web.api.verb_bodies import (
    Accept,
    CallBack,
    Close,
    Decline,
    Give,
    Message,
    Note,
    Prioritise,
    Redact,
    Snooze,
    Take,
    TakeBack,
    ToAgent,
    ToQueue,
    moment_ahead,
)
from web.capable import check_capable
from web.files import Files
from web.operations import Asked, Body, Operation
from web.presenting import Presenter
from web.sight import Sight
from web.views import EntryView

_log = structlog.get_logger(__name__)
P = Permission


class VerbsApi:
    """/api/conversations/{id}/…, written."""

    def __init__(
        self,
        conversations: Conversations,
        erasure: Erasure,
        *,
        sight: Sight,
        presenter: Presenter,
        files: Files,
        skills: Skills,
        channels: ChannelOf,
        clock: Clock,
    ) -> None:
        """Over the hub's verbs."""
        self._conversations = conversations
        self._erasure = erasure
        self._sight = sight
        self._presenter = presenter
        self._files = files
        self._skills = skills
        self._channels = channels
        self._clock = clock

    def operations(self) -> list[Operation]:
        """What to mount."""
        return [
            _verb("messages", P.CONVERSATIONS_REPLY, self.post, Message),
            _verb("notes", P.CONVERSATIONS_NOTE, self.note, Note),
            _verb("accept", P.CONVERSATIONS_TAKE, self.accept, Accept),
            _verb("decline", P.CONVERSATIONS_TAKE, self.decline, Decline),
            _verb("pull", P.CONVERSATIONS_TAKE, self.pull, Take),
            _verb("reopen", P.CONVERSATIONS_TAKE, self.reopen, Take),
            _verb("close", P.CONVERSATIONS_CLOSE, self.close, Close),
            _verb("snooze", P.CONVERSATIONS_CLOSE, self.snooze, Snooze),
            _verb("queue", P.CONVERSATIONS_TRANSFER, self.to_queue, ToQueue),
            _verb("agent", P.CONVERSATIONS_TRANSFER, self.to_agent, ToAgent),
            _verb("give", P.CONVERSATIONS_DIRECT, self.give, Give),
            _verb("take-back", P.CONVERSATIONS_DIRECT, self.take_back, TakeBack),
            _verb("priority", P.CONVERSATIONS_DIRECT, self.prioritise, Prioritise),
            _verb("callback", P.CONVERSATIONS_NOTE, self.call_back, CallBack),
            _verb("entries/{entry}/redact", P.CONVERSATIONS_REDACT, self.redact, Redact),
        ]

    async def post(self, asked: Asked[None, Message]) -> EntryView:
        """Say something to the customer.

        The same `client_id` again answers the entry of the first time.
        """
        last = await self._last(asked, P.CONVERSATIONS_REPLY)
        conversation = last.conversation
        message = asked.body
        body: dict[str, Json] = {}
        if message.text is not None:
            body["text"] = message.text
        if message.attachments:
            body["attachments"] = await self._attachments(asked, conversation, message.attachments)
        if message.prompt is not None:
            body["prompt"] = message.prompt.model_dump(mode="json")
        if not body:
            raise Invalid("text: a message needs a text, a file or a prompt.", code="empty_message")
        await self._check_capable(last, body)
        if message.reply_to is not None:
            body["reply_to"] = message.reply_to
        return await self._shown(
            await self._conversations.post(
                conversation, by=_me(asked), body=body, client_id=message.client_id
            )
        )

    async def note(self, asked: Asked[None, Note]) -> EntryView:
        """Write an internal note; customers never see it."""
        conversation = await self._conversation(asked, P.CONVERSATIONS_NOTE)
        body: dict[str, Json] = {"text": asked.body.text}
        if asked.body.mentions:
            body["mentions"] = list[Json](asked.body.mentions)
        if asked.body.attachments:
            body["attachments"] = await self._attachments(asked, conversation, asked.body.attachments)
        return await self._shown(
            await self._conversations.note(
                conversation, by=_me(asked), body=body, client_id=asked.body.client_id
            )
        )

    async def accept(self, asked: Asked[None, Accept]) -> EntryView:
        """Take the conversation that is offered to me; 409 `gone` where the offer has ended."""
        conversation = await self._conversation(asked, P.CONVERSATIONS_TAKE)
        return await self._shown(
            await self._conversations.accept(
                conversation,
                agent=asked.me.id,
                slot=asked.body.slot,
                client_id=asked.body.client_id,
            )
        )

    async def decline(self, asked: Asked[None, Decline]) -> EntryView:
        """Refuse the offer; the conversation keeps its place and goes on to the next."""
        conversation = await self._conversation(asked, P.CONVERSATIONS_TAKE)
        return await self._shown(
            await self._conversations.decline(conversation, agent=asked.me.id, slot=asked.body.slot)
        )

    async def pull(self, asked: Asked[None, Take]) -> EntryView:
        """Take a waiting conversation out of its queue."""
        conversation = await self._conversation(asked, P.CONVERSATIONS_TAKE)
        return await self._shown(
            await self._conversations.pull(conversation, agent=asked.me.id, client_id=asked.body.client_id)
        )

    async def reopen(self, asked: Asked[None, Take]) -> EntryView:
        """Take a closed or sleeping conversation up again."""
        conversation = await self._conversation(asked, P.CONVERSATIONS_TAKE)
        return await self._shown(
            await self._conversations.reopen(conversation, agent=asked.me.id, client_id=asked.body.client_id)
        )

    async def close(self, asked: Asked[None, Close]) -> EntryView:
        """End it; 409 `unseen` where the customer has written something I was not shown."""
        conversation = await self._conversation(asked, P.CONVERSATIONS_CLOSE)
        return await self._shown(
            await self._conversations.close(
                conversation,
                by=_me(asked),
                seen=asked.body.seen,
                disposition=asked.body.disposition,
                summary=asked.body.summary,
                client_id=asked.body.client_id,
            )
        )

    async def snooze(self, asked: Asked[None, Snooze]) -> EntryView:
        """Let it rest until a moment or the customer's next message."""
        conversation = await self._conversation(asked, P.CONVERSATIONS_CLOSE)
        return await self._shown(
            await self._conversations.snooze(
                conversation,
                agent=asked.me.id,
                seen=asked.body.seen,
                until=moment_ahead(asked.body.until, self._clock.now()),
                client_id=asked.body.client_id,
            )
        )

    async def to_queue(self, asked: Asked[None, ToQueue]) -> EntryView:
        """Hand it to a queue."""
        conversation = await self._conversation(asked, P.CONVERSATIONS_TRANSFER)
        body = asked.body
        unknown = await unknown_skills(self._skills, asked.me.organisation, body.skills or {})
        if unknown:
            raise Invalid(f"skills: there is no skill {', '.join(unknown)}.")
        return await self._shown(
            await self._conversations.to_queue(
                conversation,
                by=_me(asked),
                queue=body.queue,
                note=body.note,
                skills=body.skills,
                priority=body.priority,
                client_id=body.client_id,
            )
        )

    async def to_agent(self, asked: Asked[None, ToAgent]) -> EntryView:
        """Hand it to a colleague; 409 `no_room` or `agent_away` where he cannot take it."""
        conversation = await self._conversation(asked, P.CONVERSATIONS_TRANSFER)
        return await self._shown(
            await self._conversations.to_agent(
                conversation,
                by=asked.me.id,
                agent=asked.body.agent,
                note=asked.body.note,
                client_id=asked.body.client_id,
            )
        )

    async def give(self, asked: Asked[None, Give]) -> EntryView:
        """Give it, waiting or held, to an agent; 409 `no_room` or `agent_away` where he cannot take it."""
        conversation = await self._conversation(asked, P.CONVERSATIONS_DIRECT)
        body = asked.body
        return await self._shown(
            await self._conversations.give(
                conversation, by=asked.me.id, agent=body.agent, client_id=body.client_id
            )
        )

    async def take_back(self, asked: Asked[None, TakeBack]) -> EntryView:
        """Take it from its agent: it waits again in its old place."""
        conversation = await self._conversation(asked, P.CONVERSATIONS_DIRECT)
        body = asked.body
        return await self._shown(
            await self._conversations.take_back(
                conversation, by=asked.me.id, queue=body.queue, client_id=body.client_id
            )
        )

    async def prioritise(self, asked: Asked[None, Prioritise]) -> EntryView:
        """Move it in its line."""
        conversation = await self._conversation(asked, P.CONVERSATIONS_DIRECT)
        body = asked.body
        return await self._shown(
            await self._conversations.prioritise(
                conversation, by=asked.me.id, priority=body.priority, client_id=body.client_id
            )
        )

    async def call_back(self, asked: Asked[None, CallBack]) -> EntryView:
        """Note that the customer who waits wants to be called back; he keeps his place."""
        conversation = await self._conversation(asked, P.CONVERSATIONS_NOTE)
        body = asked.body
        return await self._shown(
            await self._conversations.call_back(
                conversation, by=_me(asked), where=body.where, client_id=body.client_id
            )
        )

    async def redact(self, asked: Asked[None, Redact]) -> EntryView:
        """Erase what an entry says, and its files, for good; its number stays."""
        conversation = await self._conversation(asked, P.CONVERSATIONS_REDACT)
        entry = asked.path["entry"]
        files = await self._erasure.files_of(entry)
        erased = await self._erasure.redact(
            entry,
            organisation=asked.me.organisation,
            conversation=conversation,
            by=asked.me.id,
            reason=asked.body.reason,
        )
        for file in files:
            await self._files.erase(asked.me.organisation, file)
        _log.info("An entry was erased", entry=entry, by=asked.me.id, reason=asked.body.reason)
        return await self._shown(erased, live=False)

    async def _conversation(self, asked: Asked[Any, Any], permission: P) -> ConversationId:
        return (await self._last(asked, permission)).conversation

    async def _last(self, asked: Asked[Any, Any], permission: P) -> Entry:
        """The conversation's last entry, if I may see it and use this verb on it at all."""
        asked.me.scope(permission)
        try:
            return await self._sight.last(asked.me, asked.path["id"])
        except NotFound:
            mine = await self._mine(asked)
            if mine is None:
                raise
            return mine

    async def _mine(self, asked: Asked[Any, Any]) -> Entry | None:
        """My entry under this client id: a retry is answered though the conversation left my sight.

        The verb then finds it too; it cannot write another one under the same client id.
        """
        client_id = getattr(asked.body, "client_id", None)
        if client_id is None:
            return None
        entry = await self._sight.own(_me(asked), client_id)
        return entry if entry is not None and entry.conversation == asked.path["id"] else None

    async def _check_capable(self, last: Entry, body: dict[str, Json]) -> None:
        try:
            channel = await self._channels.channel(InboxId(last.inbox))
        except KeyError:
            return  # unplugged: delivery says so, and can be repeated when it is there again
        check_capable(channel.capabilities, body)

    async def _attachments(
        self, asked: Asked[Any, Any], conversation: ConversationId, ids: list[str]
    ) -> list[Json]:
        """The files as the body names them; only what I uploaded may be sent."""
        named: list[Json] = []
        for id in ids:
            file = await self._files.get(asked.me.organisation, id)
            if file.by != asked.me.id:
                raise NotFound("there is no such file of yours", code="no_such_file")
            given = await self._files.give_to(conversation, file)
            attachment: Document = given.attachment()
            named.append(attachment)
        return named

    async def _shown(self, entry: Entry, *, live: bool = True) -> EntryView:
        return EntryView.model_validate(await self._presenter.entry(Seen(entry, entry.seq - 1), live=live))


def _verb(tail: str, permission: P, handle: Any, body: type[Body]) -> Operation:
    return Operation(
        method="POST",
        path=f"/api/conversations/{{id}}/{tail}",
        policy=Permitted(permission),
        handle=handle,
        tag="conversations",
        body=body,
        gives=EntryView,
    )


def _me(asked: Asked[Any, Any]) -> By:
    return By(Actor.AGENT, asked.me.id)
