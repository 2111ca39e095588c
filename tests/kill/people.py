"""Those who use the house through every kill: contacts who write, agents who work.

They send the same again until they hear what became of it, and only then go on.
"""

import asyncio
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from tests.kill.ledger import Ledger
from tests.kill.outside import KNOWING, PLAIN
from tests.kill.program import QUEUES
from tests.kill.wire import Answer, Ask, Desk, Held, frame, read_frame

CUT = (asyncio.IncompleteReadError, ConnectionError, FileNotFoundError)


class Failed(Exception):
    """The program answered something that no program may answer."""


class Door(Protocol):
    """Where the running program is to be found."""

    async def address(self) -> str:
        """Its socket, as soon as there is one."""
        ...


@dataclass(slots=True)
class Mood:
    """What everybody is up to. ``contacts``: they write; ``agents``: work, take (nothing else), finish."""

    contacts: bool = True
    agents: str = "work"
    wish: str = ""  # what agents are to do more often, by the name of a crash point
    pace: float = 0.02  # seconds between two messages of one contact, on average
    reopened: float = 0.2  # seconds after which a closed conversation is continued in a new one


class Link:
    """One person's connection, made anew as often as it is cut."""

    def __init__(self, door: Door, ledger: Ledger) -> None:
        self._door = door
        self._ledger = ledger
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def once(self, ask: Ask) -> Answer | None:
        """Ask; None where the connection was cut before an answer came."""
        try:
            if self._streams is None:
                self._streams = await asyncio.open_unix_connection(await self._door.address())
            reader, writer = self._streams
            writer.write(frame(ask))
            await writer.drain()
            answer = await read_frame(reader, Answer)
        except CUT:
            self.cut()
            await asyncio.sleep(0.005)
            return None
        if answer.failed is not None:
            raise Failed(answer.failed)
        return answer

    async def insist(self, ask: Ask, author: str) -> Answer:
        """Ask the same until it is known what became of it, and take that down."""
        while True:
            answer = await self.once(ask)
            if answer is not None and not answer.again:
                break
            self._ledger.retried += 1
            await asyncio.sleep(0.002)
        if answer.refused is not None:
            self._ledger.refuse(author, ask.client_id, answer.refused)
        elif answer.told is not None:
            self._ledger.acknowledge(author, ask.verb, ask.client_id, ask.number, answer.told)
        return answer

    def cut(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Contact:
    """One customer after the other, with few messages each, on one connection."""

    def __init__(self, name: str, link: Link, ledger: Ledger, mood: Mood, random: Random) -> None:
        self._name = name
        self._link = link
        self._ledger = ledger
        self._mood = mood
        self._random = random

    async def run(self) -> None:
        """Write until cancelled; a message once begun is brought to its end."""
        life = 0
        while True:
            life += 1
            await self._live(f"p_{self._name}_{life}", self._random.choice((PLAIN, KNOWING)))

    async def _live(self, id: str, inbox: str) -> None:
        random, author = self._random, f"contact:{id}"
        longest = 2 if self._mood.wish == "first message" else 12
        for number in range(1, random.randint(2, longest)):
            while not self._mood.contacts:
                await asyncio.sleep(0.02)
            ask = Ask("receive", id, client_id=f"m{number}", number=number, inbox=inbox, address=f"a_{id}")
            answer = await self._link.insist(ask, author)
            if answer.told is None:
                raise Failed(f"{id} was refused his message: {answer.refused}")
            continues = self._mood.wish == "continued"
            if random.random() < (0.4 if continues else 0.04):
                await self._leave(id, inbox)
                if continues:
                    await asyncio.sleep(self._mood.reopened)
            pause = self._mood.pace * random.expovariate(1.0)
            await asyncio.sleep(pause * (20 if random.random() < 0.1 else 1))
        if random.random() < 0.7:
            await self._leave(id, inbox)  # or the queue would grow for ever

    async def _leave(self, id: str, inbox: str) -> None:
        while await self._link.once(Ask("leave", id, inbox=inbox, address=f"a_{id}")) is None:
            continue


@dataclass(slots=True)
class Desktop:
    """An agent: what he has answered, closed, and how many messages he has begun."""

    id: str
    colleagues: list[str]
    link: Link
    ledger: Ledger
    mood: Mood
    random: Random
    answered: dict[str, int] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    ignored: set[str] = field(default_factory=set)
    number: int = 0
    asked: int = 0

    @property
    def author(self) -> str:
        """His name in the ledger."""
        return f"agent:{self.id}"

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            answer = await self.link.once(Ask("look", self.id))
            if answer is not None and answer.desk is not None:
                await self._work(answer.desk)

    async def _work(self, desk: Desk) -> None:
        working = self.mood.agents == "work"
        if desk.away is not None or desk.unresponsive:
            if not working or self.random.random() < 0.3:
                await self.link.insist(Ask("ready", self.id), self.author)
            return
        if working and self._likes("released", 0.3 if desk.held else 0.0, 0.01):
            await self.link.insist(Ask("sign out", self.id), self.author)
            return
        for held in self.random.sample(desk.held, len(desk.held)):
            act = self._offered if held.state == "offered" else self._assigned
            await act(held)
        if working and desk.waiting and self._likes("pull", 0.0, 0.04):
            await self._ask("pull", self.random.choice(desk.waiting))
        if working and self.closed and self._likes("reopen", 0.0, 0.02):
            await self._ask("reopen", self.closed.pop())

    def _likes(self, what: str, often: float, seldom: float) -> bool:
        wished = self.mood.wish == what
        return self.random.random() < (often if wished else seldom)

    async def _ask(self, verb: str, conversation: str, **more: str | int) -> Answer:
        self.asked += 1
        ask = Ask(verb, self.id, conversation, f"{verb} {self.asked}")
        for name, value in more.items():
            setattr(ask, name, value)
        return await self.link.insist(ask, self.author)

    async def _offered(self, held: Held) -> None:
        if self.mood.agents == "work":
            if self._likes("offer ended", 0.6, 0.02):
                self.ignored.add(held.slot)
            if held.slot in self.ignored:
                return
            if self._likes("declined", 0.6, 0.06):
                ask = Ask("decline", self.id, held.conversation, slot=held.slot)
                await self.link.insist(ask, self.author)
                return
        await self._ask("accept", held.conversation, slot=held.slot)

    async def _assigned(self, held: Held) -> None:
        mood = self.mood.agents
        if mood == "take":
            return
        if held.heard > self.answered.get(held.conversation, 0) and (
            mood == "work" or self.random.random() < 0.3
        ):
            await self._post(held)
            return
        if mood == "work":
            if self._likes("transferred", 0.5, 0.06):
                await self._ask("transfer", held.conversation, to=self.random.choice(self.colleagues))
                return
            if self._likes("queued", 0.5, 0.04):
                queue = self.random.choice(list(QUEUES.values()))
                await self._ask("queue", held.conversation, to=queue)
                return
            if self._likes("note", 0.0, 0.05):
                await self._ask("note", held.conversation)
                return
        if mood == "finish" or self._likes("closed", 0.8, 0.4):
            answer = await self._ask("close", held.conversation, seen=held.seq)
            if answer.told is not None:
                self.closed = [*self.closed[-5:], held.conversation]

    async def _post(self, held: Held) -> None:
        self.number += 1
        ask = Ask("post", self.id, held.conversation, f"post {self.number}", self.number)
        answer = await self.link.insist(ask, self.author)
        if answer.told is not None:
            self.answered[held.conversation] = held.heard


@dataclass(slots=True)
class Crowd:
    """Everybody at one house, and the tasks that move them."""

    door: Door
    ledger: Ledger
    mood: Mood
    random: Random
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def gather(self, *, contacts: int, agents: list[str], name: str) -> None:
        """Let them begin."""
        for number in range(contacts):
            contact = Contact(f"{name}_{number}", self._link(), self.ledger, self.mood, self._own())
            self.tasks.append(asyncio.create_task(contact.run()))
        for id in agents:
            others = [one for one in agents if one != id]
            desk = Desktop(id, others, self._link(), self.ledger, self.mood, self._own())
            self.tasks.append(asyncio.create_task(desk.run()))

    def _link(self) -> Link:
        link = Link(self.door, self.ledger)
        self.links.append(link)
        return link

    def _own(self) -> Random:
        return Random(self.random.random())

    def complaint(self) -> str | None:
        """What has stopped one of them, if anything has."""
        for task in self.tasks:
            if task.done() and not task.cancelled():
                return f"{task.exception()!r}"
        return None

    async def go(self) -> None:
        """Everybody leaves."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for link in self.links:
            link.cut()
