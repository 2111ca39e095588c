"""Rounds: start the program on what the last kill left, let people use it, kill it, look at the store.

A *house* is a fresh store that lives through a few rounds and is then brought to rest. Programs are
forked from a server that has imported everything, so that a start costs milliseconds.
"""

import asyncio
import multiprocessing
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random

import msgspec

from tests.kill import inspection
from tests.kill.engines import Place, Stock, read_store
from tests.kill.ledger import Ledger
from tests.kill.outside import lines
from tests.kill.people import Crowd, Mood
from tests.kill.points import FROM_OUTSIDE, POINTS
from tests.kill.program import Config, main
from tests.parts.mongo import fresh_database, given_uris, mongo_server
from tests.parts.processes import ROOT

KEPT = ROOT / "build" / "kill"
START_LIMIT = 20.0  # seconds
ROUND_LIMIT = 8.0  # seconds in which a round's point must be reached
REST_LIMIT = 30.0
AGENTS = [f"u_{number}" for number in range(6)]
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.kill.program"])
SELDOM = frozenset({"continued", "declined", "offer ended", "queued", "transferred", "released", "closed"})


class RoundFailed(AssertionError):
    """A rule was broken; says which, and where the store and the log are kept."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much happens in a round, by what the engine can bear."""

    contacts: int
    calm: tuple[int, int]  # commits before the point counts
    skip: int
    pace: float  # seconds between two messages of a contact
    rounds: int  # of one house


SCALES = {
    "sqlite": Scale(contacts=24, calm=(20, 200), skip=12, pace=0.02, rounds=13),
    "mongo": Scale(contacts=10, calm=(0, 15), skip=3, pace=0.1, rounds=6),
}


@dataclass(slots=True)
class Report:
    """What rounds came to."""

    rounds: int = 0
    houses: int = 0
    seconds: float = 0.0
    kills: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    retried: int = 0
    sent: int = 0
    unknown: int = 0
    wrong: int = 0  # messages lost or doubled
    missed: list[str] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        """Add another one's figures to these."""
        self.rounds += other.rounds
        self.houses += other.houses
        self.seconds += other.seconds
        self.kills += other.kills
        self.messages += other.messages
        self.done += other.done
        self.retried += other.retried
        self.sent += other.sent
        self.unknown += other.unknown
        self.wrong += other.wrong
        self.missed += other.missed

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds in {self.houses} houses, {self.seconds:.0f} s: "
            f"{self.messages['contact']} + {self.messages['agent']} messages acknowledged, "
            f"{self.sent} sent, {self.unknown} unknown, {self.retried} asked again, {self.wrong} wrong"
        )


class Program:
    """One life of the program."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._process: ForkServerProcess = _forks.Process(target=main, args=(msgspec.json.encode(config),))
        self._process.start()
        self._gone = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._process.sentinel, self._on_end)

    def _on_end(self) -> None:
        self._loop.remove_reader(self._process.sentinel)
        self._gone.set()

    @property
    def code(self) -> int | None:
        """How it ended, None while it lives."""
        return self._process.exitcode

    async def gone(self, limit: float) -> bool:
        """Wait for its end; whether it came."""
        try:
            await asyncio.wait_for(self._gone.wait(), limit)
        except TimeoutError:
            return False
        self._process.join()
        return True

    async def kill(self) -> None:
        """kill -9."""
        if self._process.pid is not None and not self._gone.is_set():
            os.kill(self._process.pid, signal.SIGKILL)
        await self.gone(START_LIMIT)

    async def ready(self) -> bool:
        """Wait until it listens; whether it does (it may have died before)."""
        deadline = time.monotonic() + START_LIMIT
        while not self._gone.is_set():
            if time.monotonic() > deadline:
                raise RoundFailed(f"the program did not start within {START_LIMIT} s")
            if Path(self.config.socket).exists():
                return True
            await asyncio.sleep(0.005)
        return False


class House:
    """A store, its people, and one program after the other."""

    def __init__(self, place: Place, *, seed: str, folder: Path, scale: Scale) -> None:
        self._place = place
        self._seed = seed
        self._folder = folder
        self._scale = scale
        self._random = Random(seed)
        self._ledger = Ledger()
        self._mood = Mood(pace=scale.pace)
        self._crowd = Crowd(self, self._ledger, self._mood, self._random)
        self._program: Program | None = None
        self._up = asyncio.Event()
        self._lives = 0
        self._beginning = time.time()
        self.report = Report(houses=1)

    async def address(self) -> str:
        """The socket of the program that runs, or of the next one."""
        await self._up.wait()
        assert self._program is not None
        return self._program.config.socket

    async def live(self, points: Sequence[str]) -> None:
        """All rounds of this house, and its rest."""
        began = time.monotonic()
        self._crowd.gather(contacts=self._scale.contacts, agents=AGENTS, name=self._seed[-4:])
        try:
            for point in points:
                await self._round(point)
            await self._come_to_rest()
        finally:
            if self._program is not None:
                await self._program.kill()
            await self._crowd.go()
        report, ledger = self.report, self._ledger
        report.seconds = time.monotonic() - began
        report.messages, report.done = ledger.messages, ledger.done
        report.retried = ledger.retried

    # --- a round ---

    async def _round(self, point: str) -> None:
        random, scale = self._random, self._scale
        name = point.partition(" ")[2] if point.partition(" ")[0] in ("before", "after") else point
        self._mood.wish = name
        skip = random.randint(0, 2 if name in SELDOM or "epoch" in name or "lease" in name else scale.skip)
        if "lease taken" in name or "epoch" in name:
            skip, calm = (0, 0) if "taken" in name else (random.randint(0, len(AGENTS) - 2), 0)
        else:
            calm = random.randint(*scale.calm)
        inline = "project" not in point and random.random() < 0.8
        program = await self._start(point, skip=skip, calm=calm, inline=inline)
        if point == FROM_OUTSIDE:
            await program.gone(random.random() * 0.6)
            await program.kill()
        elif not await program.gone(ROUND_LIMIT):
            await program.kill()
            self.report.missed.append(point)
            point = FROM_OUTSIDE
        self._up.clear()
        if program.code != -signal.SIGKILL:
            raise RoundFailed(f"the program ended by itself with {program.code}")
        self.report.rounds += 1
        self.report.kills[point] += 1
        await self._look(point)

    async def _start(self, point: str = "", *, skip: int = 0, calm: int = 0, inline: bool = True) -> Program:
        self._lives += 1
        folder = self._folder
        config = Config(
            place=self._place,
            socket=str(folder / f"{self._lives}.sock"),
            outside=str(folder / "outside"),
            log=str(folder / "log"),
            agents=tuple(AGENTS),
            seed=f"{self._seed} {self._lives}",
            beginning=self._beginning,
            inline=inline,
            point=point or None,
            skip=skip,
            calm=calm,
        )
        with Path(config.log).open("a") as log:
            log.write(f"--- {self._lives}: {point or 'to rest'}, skip {skip}, calm {calm}, inline {inline}\n")
        self._program = Program(config)
        if await self._program.ready():
            self._up.set()
        return self._program

    def _read(self) -> Stock:
        return read_store(self._place)

    async def _look(self, what: str) -> None:
        """Compare the dead program's store with what everybody was told."""
        stopped = self._crowd.complaint()
        if stopped is not None:
            raise RoundFailed(f"after {what}: {stopped}")
        found = self._complaints()
        if found and self._place.uri:
            await asyncio.sleep(0.5)  # the server may still have been at the program's last command
            found = self._complaints()
        if found:
            raise RoundFailed(f"after {what}: " + "\n".join(found[:10]))

    def _complaints(self) -> list[str]:
        stock = self._read()
        found = inspection.complaints(stock, self._ledger, lines(self._folder / "outside"))
        if found:
            self.report.wrong = max(1, inspection.lost_and_doubled(stock, self._ledger))
        return found

    # --- rest ---

    async def _come_to_rest(self) -> None:
        """Nobody writes any more; agents take what fits, then finish everything."""
        mood = self._mood
        mood.wish, mood.contacts, mood.agents = "", False, "take"
        program = await self._start()
        self._up.set()
        await self._until(
            lambda stock: inspection.unrest(stock, self._ledger, lines(self._folder / "outside"))
        )
        mood.agents = "finish"
        await self._until(inspection.unfinished)
        await self._until(
            lambda stock: inspection.unrest(stock, self._ledger, lines(self._folder / "outside"))
        )
        await program.kill()
        self._up.clear()
        await self._look("the rest")
        stock = self._read()
        self.report.sent = len(lines(self._folder / "outside"))
        self.report.unknown = sum(one["status"] == "unknown" for one in stock["deliveries"])
        self.report.wrong += inspection.lost_and_doubled(stock, self._ledger)

    async def _until(self, complaints: Callable[[Stock], list[str]]) -> None:
        deadline = time.monotonic() + REST_LIMIT
        while found := complaints(self._read()):
            if time.monotonic() > deadline:
                raise RoundFailed("no rest: " + "\n".join(found[:10]))
            stopped = self._crowd.complaint()
            if stopped is not None:
                raise RoundFailed(f"on the way to rest: {stopped}")
            await asyncio.sleep(0.05)


# --- many houses ---


def plan(seed: str, *, each: int, outside: int) -> list[str]:
    """Each point so often, and kills at any time, shuffled."""
    points = [*(point for point in POINTS for _ in range(each)), *([FROM_OUTSIDE] * outside)]
    Random(seed).shuffle(points)
    return points


def run(
    engine: str,
    points: Sequence[str],
    *,
    seed: str,
    uri: str | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Report:
    """All these rounds on one engine; RoundFailed at the first rule that is broken.

    A point that was not reached in its round is tried again in a later house.
    """
    scale = SCALES[engine]
    total = Report()
    queue = list(points)
    number = 0
    with _server(engine, uri) as server:
        while queue:
            part, queue = queue[: scale.rounds], queue[scale.rounds :]
            number += 1
            house = _house(engine, server, f"{seed}-{engine}-{number}", part)
            queue += house.missed
            house.missed = []
            total.add(house)
            tell(f"{engine}: {total}")
            if number > 4 * (len(points) // scale.rounds + 1):
                raise RoundFailed(f"points that are never reached: {sorted(set(queue))}")
    return total


@contextmanager
def _server(engine: str, uri: str | None) -> Iterator[str]:
    if engine == "sqlite":
        yield ""
    elif uri is not None:
        yield uri
    elif given_uris():
        yield given_uris()[0]
    else:
        with mongo_server() as server:
            yield server.uri


def _house(engine: str, uri: str, seed: str, points: Sequence[str]) -> Report:
    folder = KEPT / seed
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with fresh_database(uri) if uri else _file(folder) as name:
        place = Place(uri=uri, database=name) if uri else Place(path=name)
        house = House(place, seed=seed, folder=folder, scale=SCALES[engine])
        try:
            asyncio.run(house.live(points))
        except RoundFailed as failed:
            _keep(place, folder, points, str(failed))
            raise RoundFailed(f"seed {seed}, kept in {folder}: {failed}") from failed
    shutil.rmtree(folder)
    return house.report


@contextmanager
def _file(folder: Path) -> Iterator[str]:
    yield str(folder / "store.db")


def _keep(place: Place, folder: Path, points: Sequence[str], why: str) -> None:
    """Leave everything behind that explains a failure."""
    (folder / "failure").write_text("\n".join([why, "", *points]) + "\n")
    if place.uri:
        (folder / "store.json").write_bytes(msgspec.json.encode(read_store(place)))
