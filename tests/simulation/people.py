"""Customers, agents and those who look after the house: they act on what they last saw."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from hub.delivery import Status
from hub.documents import Document
from hub.entries import Actor, By
from hub.ids import Address, ContactId, ConversationId, InboxId
from hub.intake import Incoming
from tests.simulation.reference import State
from tests.simulation.requests import Request, fly

if TYPE_CHECKING:
    from tests.simulation.checker import Story
    from tests.simulation.process import Process
    from tests.simulation.world import World

Sight = tuple[str, State, int]  # conversation, its state, its last number


class Sender:
    """Somebody who sends one request after the other, each until it is answered."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.request: Request | None = None
        self.patience = world.random.choice((0.2, 0.5, 0.9))  # before he sends again

    def send_on(self) -> bool:
        """Send what is not answered yet once more; whether there was something."""
        request = self.request
        if request is None:
            return False
        if request.answered:
            self.request = None
            self.heard(request)
            return False
        random = self.world.random
        patient = request.tries and not self.world.calm and random.random() < self.patience
        again = request.flying == 0 and not patient
        if again or (0 < request.flying < 3 and random.random() < 0.15):
            process = self.world.some_process()
            if process is not None:
                fly(request, process)
        return True

    def ask(self, request: Request) -> None:
        """Begin to send."""
        self.request = request
        if request.key is not None:
            self.world.checker.requests[request.key] = request
        self.send_on()

    def heard(self, request: Request) -> None:
        """The answer is there."""


class Customer(Sender):
    """A customer: says one thing after the other, numbered, at one address."""

    def __init__(self, world: "World", id: str, inbox: str) -> None:
        super().__init__(world)
        self.id = id
        self.inbox = inbox
        self.address = f"a_{id}"
        self.by_vendor = world.random.random() < 0.3  # its messages carry the channel's ids
        self.said = 0
        self.rated = 0

    def _story(self) -> "Story | None":
        stories = self.world.checker.current.get((self.inbox, self.address))
        return stories[-1] if stories else None

    def heard(self, request: Request) -> None:
        if request.label == "message":
            if request.refused:
                self.world.fail("I1", f"{request} was refused: {request.told!r}")
            self.said += 1

    def act(self) -> None:
        if self.send_on() or self.request is not None:
            return
        story = self._story()
        choice = self.world.random.random()
        if story is not None and story.counts[-1][1] > 1 and self.world.random.random() < 0.6:
            return  # nobody has answered him yet
        if story is None or choice < 0.8:
            self._say()
        elif story.entries[-1]["kind"] == "left":
            self._come_back(story)
        elif choice < 0.9:
            self._leave(story)
        else:
            self._rate(story)

    def _say(self) -> None:
        number = self.said + 1
        name = f"m_{self.id}_{number}"
        incoming = Incoming(
            inbox=InboxId(self.inbox),
            address=Address(self.address),
            contact=ContactId(self.id),
            body={"text": f"words {number} of {self.id}", "number": number},
            client_id=None if self.by_vendor else name,
            external_id=name if self.by_vendor else None,
        )
        self.ask(
            Request(
                "message",
                lambda process: process.intake.receive(incoming),
                key=(f"contact:{self.id}", name),
            )
        )

    def _leave(self, story: "Story") -> None:
        id = ConversationId(story.id)
        me = ContactId(self.id)
        self.ask(
            Request("leave", lambda process: process.intake.leave(id, me), author=f"contact:{me}", words=id)
        )

    def _come_back(self, story: "Story") -> None:
        id = ConversationId(story.id)
        me = ContactId(self.id)
        self.ask(
            Request(
                "come back",
                lambda process: process.intake.come_back(id, me),
                author=f"contact:{me}",
                words=id,
            )
        )

    def _rate(self, story: "Story") -> None:
        self.rated += 1
        id, name = ConversationId(story.id), f"r_{self.id}_{self.rated}"
        me = ContactId(self.id)
        self.ask(
            Request(
                "rate",
                lambda process: process.intake.rate(id, me, score=4, comment=None, client_id=name),
                key=(f"contact:{self.id}", name),
            )
        )


class Person(Sender):
    """An agent at a desk that is connected to some process, or to none."""

    def __init__(self, world: "World", id: str) -> None:
        super().__init__(world)
        self.id = id
        self.by = By(Actor.AGENT, id)
        self.desk: Process | None = None
        self.number = 0
        self.glance: list[Sight] = []
        self.asleep = False  # never answers while the house comes to rest
        self.signed_out = False

    # --- the desk ---

    def connect(self, process: "Process") -> None:
        self.cut()
        self.desk = process
        process.heart.join(self.id)
        self.world.seen["desk connected"] += 1
        fly(Request("desk", lambda at: at.agents.heard_again(self.id), words=self.id), process)

    def cut(self) -> None:
        if self.desk is not None and self.desk.up:
            self.desk.heart.part(self.id)
        self.desk = None

    def look(self) -> None:
        """See everything as it is now."""
        self.glance = [
            (story.id, story.state, story.last)
            for story in self.world.checker.stories.values()
            if story.state is not None
        ]

    def see_offers(self) -> None:
        """The desk reads its offers anew, as after a reconnect."""
        process = self.desk
        if process is None or not process.runs:
            return
        for id, state, _ in self.glance:
            if state.state == "offered" and state.agent == self.id and state.slot is not None:
                process.show(id)

    # --- acts ---

    def act(self) -> bool:
        """Do something; whether there was something to do."""
        if self.send_on() or self.request is not None:
            return True
        random = self.world.random
        if not self.glance or random.random() < 0.75:
            self.look()
        if self.desk is None:
            process = self.world.some_process()
            if process is not None and process.runs and random.random() < 0.4:
                self.connect(process)
                return True
            return False
        choice = random.random()
        if self.signed_out and choice < 0.4:
            self._presence(0.0)
            return True
        if choice < 0.04:
            self._presence(random.random())
            return True
        if choice < 0.12:
            self.see_offers()
            return True
        choices: list[Callable[[], None]] = []
        for sight in self.glance:
            choices.extend(self._choices(sight))
        if choices:
            random.choice(choices)()
        return bool(choices)

    def accept_all(self) -> bool:
        """At rest: take the first offer that stands; whether there was one."""
        self.look()
        for id, state, _ in self.glance:
            if state.state == "offered" and state.agent == self.id:
                self._accept(id, str(state.slot))
                return True
        return False

    def turn(self, choice: float) -> None:
        """Take a break, sign out or come back, if nothing else is under way."""
        if self.request is None and self.desk is not None:
            self._presence(choice)

    def _presence(self, choice: float) -> None:
        me = self.id
        if choice < 0.5:
            self.signed_out = False
            self.ask(Request("ready", lambda process: process.agents.ready(me), words=me))
        elif choice < 0.7:
            self.ask(Request("pause", lambda process: process.agents.pause(me, "tea"), words=me))
        else:
            self.signed_out = True
            self.world.seen["sign-out"] += 1
            self.ask(Request("sign out", lambda process: process.agents.sign_out(me), words=me))

    def _choices(self, sight: Sight) -> list[Callable[[], None]]:
        id, state, last = sight
        if state.state == "offered" and state.agent == self.id:
            slot = str(state.slot)
            accept = lambda: self._accept(id, slot)  # noqa: E731
            return [accept, accept, accept, accept, lambda: self._decline(id, slot), self.look]
        if state.state == "assigned" and state.agent == self.id:
            post = lambda: self._post(id)  # noqa: E731
            close = lambda: self._close(id, last)  # noqa: E731
            queue = lambda: self._queue(id)  # noqa: E731
            give = lambda: self._give(id)  # noqa: E731
            snooze = lambda: self._snooze(id, last)  # noqa: E731
            read = lambda: self._read(id, last)  # noqa: E731
            return [post, post, post, post, close, close, queue, give, snooze, read, read, read]
        if state.state == "assigned":
            wrong = [lambda: self._post(id), lambda: self._close(id, last)]
            return [self.world.random.choice(wrong)] if self.world.random.random() < 0.1 else []
        eager = 0.2 if self.world.two_groups else 0.08
        if state.state == "waiting" and self.world.random.random() < eager:
            return [lambda: self._take(id, "pull")]
        if state.state in ("closed", "snoozed", "continued") and self.world.random.random() < 0.2:
            return [lambda: self._take(id, "reopen"), lambda: self._note(id)]
        return []

    def _name(self) -> str:
        self.number += 1
        return f"{self.id}_{self.number}"

    def _ask(self, label: str, name: str, send: "Callable[[Process], object]", words: str) -> None:
        key = (f"agent:{self.id}", name)
        self.ask(Request(label, send, key=key, words=words))  # type: ignore[arg-type]

    def _accept(self, id: str, slot: str) -> None:
        conversation, name = ConversationId(id), self._name()
        self._ask(
            "accept",
            name,
            lambda process: process.conversations.accept(
                conversation, agent=self.id, slot=slot, client_id=name
            ),
            id,
        )

    def _decline(self, id: str, slot: str) -> None:
        conversation = ConversationId(id)
        self.ask(
            Request(
                "decline",
                lambda process: process.conversations.decline(conversation, agent=self.id, slot=slot),
                author=f"agent:{self.id}",
                words=id,
            )
        )

    def _post(self, id: str) -> None:
        conversation, name = ConversationId(id), self._name()
        self._ask(
            "post",
            name,
            lambda process: process.conversations.post(
                conversation, by=self.by, body={"text": name}, client_id=name
            ),
            id,
        )

    def _note(self, id: str) -> None:
        conversation, name = ConversationId(id), self._name()
        self._ask(
            "note",
            name,
            lambda process: process.conversations.note(
                conversation, by=self.by, body={"text": name}, client_id=name
            ),
            id,
        )

    def _close(self, id: str, seen: int) -> None:
        conversation, name = ConversationId(id), self._name()
        self._ask(
            "close",
            name,
            lambda process: process.conversations.close(
                conversation, by=self.by, seen=seen, disposition="x", client_id=name
            ),
            f"{id} seen {seen}",
        )

    def _read(self, id: str, seen: int) -> None:
        """The desk has shown him everything up to there."""
        shown: Document = {"id": id, "version": seen, "organisation": "o_main", "agent": self.id}
        self.ask(
            Request(
                "read", lambda process: process.marks.raise_to(shown, self.id, seen), words=f"{id} {seen}"
            )
        )

    def _snooze(self, id: str, seen: int) -> None:
        conversation, name = ConversationId(id), self._name()
        self._ask(
            "snooze",
            name,
            lambda process: process.conversations.snooze(
                conversation,
                agent=self.id,
                seen=seen,
                until="2026-11-26T00:00:00.000Z",
                client_id=name,
            ),
            id,
        )

    def _queue(self, id: str) -> None:
        conversation, name = ConversationId(id), self._name()
        queue = self.world.random.choice(self.world.queues)
        skills = {"gas": 2} if self.world.random.random() < 0.2 else None
        self._ask(
            "to queue",
            name,
            lambda process: process.conversations.to_queue(
                conversation, by=self.by, queue=queue, skills=skills, client_id=name
            ),
            f"{id} {queue}",
        )

    def _give(self, id: str) -> None:
        conversation, name = ConversationId(id), self._name()
        other = self.world.random.choice(self.world.people).id
        self._ask(
            "to agent",
            name,
            lambda process: process.conversations.to_agent(
                conversation, by=self.id, agent=other, client_id=name
            ),
            f"{id} {other}",
        )

    def _take(self, id: str, how: str) -> None:
        conversation, name = ConversationId(id), self._name()

        def send(process: "Process") -> object:
            verb = process.conversations.pull if how == "pull" else process.conversations.reopen
            return verb(conversation, agent=self.id, client_id=name)

        self._ask(how, name, send, id)


class Caretaker(Sender):
    """Wakes what sleeps, closes what is silent, sends failed messages again on his own word."""

    def act(self) -> None:
        if self.send_on() or self.request is not None:
            return
        world = self.world
        random = world.random
        if random.random() < 0.6 and self.close_left():
            return
        choice = random.random()
        if choice < 0.4:
            self.replay()
            return
        if choice < 0.5:
            self.confirm(random.choice((Status.DELIVERED, Status.READ)))
            return
        if choice < 0.6:
            self.redact()
            return
        if choice < 0.65:
            self.move(random.choice(world.people))
            return
        state = "snoozed" if choice < 0.8 else "assigned"
        stories = [
            story
            for story in world.checker.stories.values()
            if story.state is not None and story.state.state == state
        ]
        if not stories:
            return
        story = random.choice(stories)
        id, last = ConversationId(story.id), story.last
        if state == "snoozed":
            self.ask(
                Request("wake", lambda process: process.conversations.wake(id), author="system:hub", words=id)
            )
            return
        self.ask(
            Request(
                "close silent",
                lambda process: process.conversations.close_silent(id, after_seq=last, words="still there?"),
                author="system:hub",
                words=id,
            )
        )

    def close_left(self) -> bool:
        """Close for somebody who has left; whether there was one."""
        gone = [
            story
            for story in self.world.checker.stories.values()
            if story.state is not None
            and story.state.state == "assigned"
            and any(entry["kind"] == "left" for entry in story.entries)
        ]
        if not gone:
            return False
        story = self.world.random.choice(gone)
        id, last = ConversationId(story.id), story.last
        self.ask(
            Request(
                "close left",
                lambda process: process.conversations.close_left(id, after_seq=last),
                author="system:hub",
                words=id,
            )
        )
        return True

    def redact(self) -> None:
        """Somebody's words are erased."""
        stories = list(self.world.checker.stories.values())
        if not stories:
            return
        entry = self.world.random.choice(self.world.random.choice(stories).entries)
        id, conversation = str(entry["id"]), ConversationId(str(entry["conversation"]))
        self.world.seen["words erased"] += 1
        self.ask(
            Request(
                "redact",
                lambda process: process.erasure.redact(
                    id, organisation="o_main", conversation=conversation, by="u_admin"
                ),
                words=id,
            )
        )

    def move(self, person: Person) -> None:
        """The administrator gives an agent other queues and skills."""
        random, world = self.world.random, self.world
        queues = random.choice((["q_a"], ["q_b"], ["q_a", "q_b"]))
        skills = {"gas": random.choice((1, 2, 5))} if random.random() < 0.7 else {}
        capacity = dict(world.checker.agents[person.id]["capacity"])  # type: ignore[arg-type]
        groups = sorted({world.groups[queue] for queue in queues})
        world.seen["agent moves to other queues"] += 1
        self.ask(
            Request(
                "move",
                lambda process: process.agents.profile(
                    person.id,
                    name=person.id,
                    groups=groups,
                    queues=queues,
                    skills=skills,
                    capacity=capacity,  # type: ignore[arg-type]
                ),
                words=f"{person.id} {queues}",
            )
        )

    def confirm(self, status: Status) -> None:
        """The channel says how far a message came."""
        arrived = list(self.world.checker.arrivals)
        if arrived:
            id = self.world.random.choice(arrived)
            self.ask(Request("confirm", lambda process: process.receipts.mark(id, status), words=id))

    def replay(self) -> None:
        found = [
            id
            for id, document in self.world.store.data["deliveries"].items()
            if document["status"] in (Status.FAILED, Status.UNKNOWN)
        ]
        if found:
            id = self.world.random.choice(found)
            self.ask(Request("replay", lambda process: process.receipts.replay(id, "o_main"), words=id))
