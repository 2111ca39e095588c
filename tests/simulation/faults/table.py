"""Each fault as edits of the house's code: this piece of code, found by its words, becomes that.

Pieces are compared token by token, so that a formatter may lay them out as it likes; each must
be there exactly once, or the test of the faults says so and the edit wants to be written anew.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """In the file at ``path``, ``old`` becomes ``new`` (indented like what it replaces)."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. ``seed``: where a schedule is known to notice it, within ``bound`` schedules."""

    name: str
    edits: tuple[Edit, ...]
    seed: int = 1
    bound: int = 4_000


WRITER = "hub/writer.py"
ENTRIES = "hub/entries.py"
DELIVERER = "hub/deliverer.py"
PROJECTIONS = "hub/projections.py"
ROUTER = "routing/router.py"
PRESENCE = "routing/presence.py"

FREED_APART = """
ending = attempt.entries[-1].after.slot is None
freeing = [one for one in attempt.commit_steps() if one.collection == "agents" and ending]
rest = [one for one in attempt.commit_steps() if one not in freeing]
"""

PROTOCOL = (
    # What was decided after one last entry is written after another one, by its number alone.
    Fault(
        "no re-check after a refusal",
        (
            Edit(
                WRITER,
                """
                except (Refused, Lost) as error:
                    standing = await mine()
                """,
                """
                except (Refused, Lost) as error:
                    last = await self.timeline.last(attempt.entries[-1].conversation)
                    if last is not None and not attempt.agents and len(attempt.entries) == 1:
                        moved = msgspec.structs.replace(
                            attempt.entries[-1], seq=last.seq + 1, todo=Todo(project=True)
                        )
                        moved_document = cast(Document, msgspec.to_builtins(moved))
                        try:
                            await self.documents.commit([Insert("entries", moved_document)])
                        except (Refused, Lost):
                            pass
                        else:
                            return moved
                    standing = await mine()
                """,
            ),
        ),
    ),
    Fault(
        "slot freed in another commit than the end",
        (
            Edit(
                WRITER,
                "await self.documents.commit(attempt.commit_steps())",
                FREED_APART
                + """
await self.documents.commit(rest)
if freeing:
    await self.documents.commit(freeing)
""",
            ),
        ),
    ),
    Fault(
        "slot freed before the end",
        (
            Edit(
                WRITER,
                "await self.documents.commit(attempt.commit_steps())",
                FREED_APART
                + """
if freeing:
    await self.documents.commit(freeing)
await self.documents.commit(rest)
""",
            ),
        ),
    ),
    # The sweep asks for what is younger than the youngest it saw, not for all that is marked.
    Fault(
        "checkpoint by time instead of todo",
        (
            Edit(
                "hub/sweeper.py",
                """
                page = await self._documents.find(
                    "entries", Exists(mark), sort=sort, limit=BATCH, after=after
                )
                """,
                """
                from hub.documents import Range, all_of
                since = getattr(self, mark, "2")
                page = await self._documents.find(
                    "entries", all_of(Exists(mark), Range("at", gte=since)), sort=sort, limit=BATCH
                )
                setattr(self, mark, max([since, *(str(item["at"]) for item in page.items)]))
                """,
            ),
        ),
    ),
    Fault(
        "own id not recognised",
        (Edit(WRITER, "for id in reversed(tried):", "for id in ():"),),
    ),
    # Unique within a conversation only, and looked for only where the message would go.
    Fault(
        "client id per conversation",
        (
            Edit(
                "hub/schema.py",
                '("by.kind", "by.id", "client_id")',
                '("by.kind", "by.id", "conversation", "client_id")',
            ),
            Edit(
                "hub/schema.py",
                'Index("external_id", ("inbox", "external_id")',
                'Index("external_id", ("inbox", "conversation", "external_id")',
            ),
            Edit(
                "hub/intake.py",
                """
                standing = await self._writer.timeline.by_client_id(draft.by, incoming.client_id)
                if standing is not None:
                """,
                """
                standing = await self._writer.timeline.by_client_id(draft.by, incoming.client_id)
                if standing is not None and standing.conversation != last.conversation:
                """,
            ),
        ),
        seed=97,
    ),
    Fault(
        "close without seen",
        (
            Edit(
                ENTRIES,
                "Kind.CLOSED: _closed",
                "Kind.CLOSED: lambda last, act: _closed(last, _replace(act, seen=last.heard))",
            ),
        ),
    ),
    Fault(
        "no continued",
        (
            Edit(
                "hub/intake.py",
                "await self._writer.append(attempt, Place.following(last), continued)",
                "pass",
            ),
        ),
    ),
    Fault(
        "bot unchecked",
        (
            Edit(
                ENTRIES,
                """
                if act.by.kind is Actor.BOT:
                    _need(last.state is State.BOT, "a bot speaks only before the handover", "handed_over")
                """,
                """
                if act.by.kind is Actor.BOT:
                    pass
                """,
            ),
        ),
    ),
    Fault(
        "expiry by wall clock",
        (
            Edit(
                ROUTER,
                "self._memory.peoples_clock.reading(self._clock.monotonic()) + seconds",
                "self._clock.now().timestamp() + seconds",
            ),
            Edit(
                ROUTER,
                "memory.offers.over(memory.peoples_clock.now)",
                "memory.offers.over(self._clock.now().timestamp())",
            ),
        ),
    ),
    Fault(
        "send before started",
        (
            Edit(
                DELIVERER,
                """
                try:
                    await self._documents.insert("deliveries", cast(Document, msgspec.to_builtins(mine)))
                """,
                """
                from contextlib import suppress
                from hub.channel import ChannelError
                channel = await self._channel(entry.inbox)
                with suppress(ChannelError, AttributeError):
                    await channel.send(
                        Outgoing(
                            id=EntryId(entry.id),
                            inbox=InboxId(entry.inbox),
                            address=Address(entry.address),
                            conversation=entry.conversation,
                            seq=entry.seq,
                            by_kind=entry.by.kind.value,
                            by_name="",
                            body=entry.body,
                        )
                    )
                try:
                    await self._documents.insert("deliveries", cast(Document, msgspec.to_builtins(mine)))
                """,
            ),
        ),
    ),
    Fault(
        "delivery in any order",
        (
            Edit(
                DELIVERER,
                'sort=("inbox", "address", "generation", "seq"), limit=1',
                'sort=("id",), limit=1',
            ),
        ),
    ),
    # The document takes the newest entry and leaves out those between.
    Fault(
        "projection that skips",
        (
            Edit(
                PROJECTIONS,
                "for item in page.items:\n    if not await self._step(document, to_entry(item)):",
                "for item in page.items[-1:]:\n    if not await self._step(document, to_entry(item)):",
            ),
            Edit(
                PROJECTIONS,
                "if entry.seq != version + 1:",
                "if entry.seq != version + 1 and False:",
            ),
            Edit(
                PROJECTIONS,
                'await self._documents.put_if("conversations", new, version=entry.seq - 1)',
                """
                new["version"] = cast(int, document["version"]) + 1
                await self._documents.put_if(
                    "conversations", new, version=cast(int, document["version"])
                )
                """,
            ),
        ),
    ),
    Fault(
        "ring unchecked",
        (
            Edit(
                "web/agent_desk/desk.py",
                "if not await self._may_ring(entry.conversation, slot, agent):",
                "if False:",
            ),
        ),
        seed=200,
    ),
    Fault(
        "transfer without a slot",
        (
            Edit(
                WRITER,
                "if state.slot == id:",
                'if state.slot == id and draft.how != "transfer":',
            ),
        ),
    ),
    Fault(
        "no grace",
        (Edit(PRESENCE, ">= self._grace", ">= 0.0"),),
    ),
    Fault(
        "outage counted",
        (
            Edit(
                PRESENCE,
                "self.now += min(monotonic - self._looked, self._interval)",
                "self.now += monotonic - self._looked",
            ),
        ),
    ),
    Fault(
        "refused before looking for mine",
        (
            Edit(
                WRITER,
                """
                except HubError:
                    standing = await mine()
                    if standing is not None:
                        return standing
                    raise
                """,
                """
                except HubError:
                    raise
                """,
            ),
        ),
    ),
    Fault(
        "unknown sent again",
        (
            Edit(
                DELIVERER,
                """
                if can.recognises_ids:
                    return await self._put(delivery, self._next_attempt(delivery))
                """,
                """
                if True:
                    return await self._put(delivery, self._next_attempt(delivery))
                """,
            ),
        ),
    ),
    Fault(
        "capacity counted per group",
        (
            Edit(
                "hub/slots.py",
                "if held(agent, slot.channel) >= capacity(agent, slot.channel):",
                """
                same = [
                    one
                    for one in agent.slots.values()
                    if one.channel == slot.channel and one.group == slot.group
                ]
                if len(same) >= capacity(agent, slot.channel):
                """,
            ),
        ),
        seed=714,
    ),
    Fault(
        "reopening what was continued",
        (
            Edit(
                ENTRIES,
                "if last.state is State.CONTINUED and act.kind is not Kind.NOTE:",
                'if last.state is State.CONTINUED and act.kind is not Kind.NOTE and act.how != "reopen":',
            ),
            Edit(
                ENTRIES,
                "_need(last.state in (State.CLOSED, State.SNOOZED), ",
                "_need(last.state in (State.CLOSED, State.SNOOZED, State.CONTINUED), ",
            ),
        ),
    ),
)

# Faults that were ours, found later.
LATER = (
    Fault(
        "words that are erased stay in the row",
        (Edit(PROJECTIONS, "if erased is None:\n    return", "if True:\n    return"),),
    ),
    Fault(
        "a hand-over counts as an answer",
        (
            Edit(
                PROJECTIONS,
                'new["unanswered"] = max(cast(int, new["unanswered"]), 1)',
                'new["unanswered"] = 0',
            ),
        ),
    ),
    Fault(
        "a late time-out forgets what the channel calls the message",
        (Edit(DELIVERER, "external_id=given or delivery.external_id", "external_id=given"),),
        seed=213,
    ),
    Fault(
        "a bot that names a queue that is not there does nothing",
        (
            Edit(
                "hub/bots.py",
                "await self._give_up(entry, by, Failure.NO_QUEUE, note=note)",
                "return",
            ),
        ),
    ),
    Fault(
        "who left is closed over what nobody has seen",
        (
            Edit(
                "hub/conversations.py",
                "if not isinstance(seen, int) or seen < last.after.heard:",
                "seen = last.after.heard\nif False:",
            ),
        ),
        seed=126,
    ),
)

FAULTS = (*PROTOCOL, *LATER)
