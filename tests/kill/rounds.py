"""Rounds: start the program on what the last kill left, let people use it, kill it, look at the store.

A *house* is a fresh store that lives through a few rounds and is then brought to rest. Programs are
forked from a server that has imported everything, so that a start costs milliseconds.
"""

import asyncio
import multiprocessing
import os
import shutil
import signal
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random

import msgspec

from tests.kill import inspection
from tests.kill.engines import Place, Reader, Stock
from tests.kill.ledger import Ledger
from tests.kill.outside import lines
from tests.kill.people import Crowd, Mood
from tests.kill.points import FROM_OUTSIDE, POINTS
from tests.kill.program import REOPENED, Config, main
from tests.kill.scale import SCALES, Report, Scale
from tests.parts.mongo import given_uris, mongo_server
from tests.parts.processes import ROOT

KEPT = ROOT / "build" / "kill"
START_LIMIT = 20.0  # seconds
ROUND_LIMIT = 15.0  # seconds in which a round's point must be reached
REST_LIMIT = 60.0
SERVERS = 2  # for MongoDB: one of the tests' own keeps one processor busy
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.kill.program"])
SELDOM = frozenset(
    ("continued", "declined", "offer ended", "queued", "transferred", "released", "closed", "lease renewed")
)
FIRST = frozenset(("lease taken", "epochs set"))  # what happens once in a life


class RoundFailed(AssertionError):
    """A rule was broken; says which, and where the store and the log are kept."""


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
            with suppress(ProcessLookupError):  # it has just killed itself
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

    def __init__(self, place: Place, reader: Reader, *, seed: str, folder: Path, scale: Scale) -> None:
        self._place = place
        self._reader = reader
        self._seed = seed
        self._folder = folder
        self._scale = scale
        self._random = Random(seed)
        self._ledger = Ledger()
        self._agents = [f"u_{number}" for number in range(scale.agents)]
        self._mood = Mood(pace=scale.pace, reopened=REOPENED / scale.speed)
        self._crowd = Crowd(self, self._ledger, self._mood, self._random)
        self._program: Program | None = None
        self._up = asyncio.Event()
        self._lives = 0
        self._sockets = tempfile.TemporaryDirectory(prefix="hub-kill-")  # their paths must be short
        self._beginning = time.time()
        self.report = Report(houses=1)

    async def address(self) -> str:
        """The socket of the program that runs, or of the next one."""
        await self._up.wait()
        assert self._program is not None
        return self._program.config.socket

    async def live(self, points: Sequence[str]) -> None:
        """All rounds of this house, and its rest."""
        self._crowd.gather(contacts=self._scale.contacts, agents=self._agents, name=self._seed[-4:])
        try:
            for point in points:
                await self._round(point)
            await self._come_to_rest()
        finally:
            if self._program is not None:
                await self._program.kill()
            await self._crowd.go()
            self._sockets.cleanup()
        report, ledger = self.report, self._ledger
        report.messages, report.done = ledger.messages, ledger.done
        report.retried = ledger.retried

    # --- a round ---

    async def _round(self, point: str) -> None:
        random, scale = self._random, self._scale
        name = point.partition(" ")[2] if point.partition(" ")[0] in ("before", "after") else point
        self._mood.wish = name
        skip, calm = random.randint(0, scale.skip), random.randint(*scale.calm)
        if name in SELDOM:
            skip, calm = random.randint(0, scale.seldom), 0
        elif name in FIRST:
            skip, calm = 0, 0
        inline = "project" not in point and random.random() < 0.8
        began = time.monotonic()
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
        self.report.took[point] = max(time.monotonic() - began, self.report.took.get(point, 0.0))
        await self._look(point)

    async def _start(self, point: str = "", *, skip: int = 0, calm: int = 0, inline: bool = True) -> Program:
        self._lives += 1
        folder = self._folder
        config = Config(
            place=self._place,
            socket=f"{self._sockets.name}/{self._lives}",
            outside=str(folder / "outside"),
            log=str(folder / "log"),
            agents=tuple(self._agents),
            seed=f"{self._seed} {self._lives}",
            beginning=self._beginning,
            speed=5,
            term=self._scale.term,
            alone=self._random.random() < self._scale.alone,
            inline=inline,
            point=point or None,
            skip=skip,
            calm=calm,
        )
        how = f"skip {skip}, calm {calm}, inline {inline}, alone {config.alone}"
        self._note(f"--- {self._lives}: {point or 'to rest'}, {how}")
        self._program = Program(config)
        if await self._program.ready():
            self._up.set()
        return self._program

    async def _look(self, what: str) -> None:
        """Compare the dead program's store with what everybody was told."""
        stopped = self._crowd.complaint()
        if stopped is not None:
            raise RoundFailed(f"after {what}: {stopped}")
        found = self._complaints()
        if found and self._place.uri:
            # The server may still have been at the program's last command, between two collections.
            self._note("at first: " + "\n".join(found))
            await asyncio.sleep(0.5)
            found = self._complaints()
        if found:
            raise RoundFailed(f"after {what}: " + "\n".join(found[:10]))

    def _complaints(self) -> list[str]:
        return inspection.complaints(self._reader.read(), self._ledger, lines(self._folder / "outside"))

    def _note(self, words: str) -> None:
        with (self._folder / "log").open("a") as log:
            log.write(f"{words}\n")

    # --- rest ---

    async def _come_to_rest(self) -> None:
        """Nobody writes any more; agents take what fits, then finish everything."""
        began = time.monotonic()
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
        stock = self._reader.read()
        self.report.resting = time.monotonic() - began
        self.report.sent = len(lines(self._folder / "outside"))
        self.report.unknown = sum(one["status"] == "unknown" for one in stock["deliveries"])
        self.report.wrong += inspection.lost_and_doubled(stock, self._ledger)

    async def _until(self, complaints: Callable[[Stock], list[str]]) -> None:
        deadline = time.monotonic() + REST_LIMIT
        while True:
            began = time.monotonic()
            found = complaints(self._reader.read())
            if not found:
                return
            if time.monotonic() > deadline:
                raise RoundFailed("no rest: " + "\n".join(found[:10]))
            stopped = self._crowd.complaint()
            if stopped is not None:
                raise RoundFailed(f"on the way to rest: {stopped}")
            await asyncio.sleep(0.05 + 2 * (time.monotonic() - began))


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
    messages: int = 0,
    tell: Callable[[str], None] = lambda line: None,
) -> Report:
    """All these rounds on one engine; RoundFailed at the first rule that is broken.

    A point that was not reached in its round is tried again in a later house. More rounds follow,
    with kills at any time, until so many messages have been acknowledged.
    """
    with _servers(engine) as uris:
        return asyncio.run(Series(engine, uris, seed, tell).run(points, messages))


class Series:
    """Many houses on one engine, some of them at the same time: each mostly waits."""

    def __init__(self, engine: str, uris: Sequence[str], seed: str, tell: Callable[[str], None]) -> None:
        self._engine = engine
        self._uris = uris
        self._seed = seed
        self._tell = tell
        self._scale = SCALES[engine]
        self._queue: list[str] = []
        self._houses = 0
        self._failed = False
        self._began = time.monotonic()
        self.report = Report()

    async def run(self, points: Sequence[str], messages: int) -> Report:
        """Pass all points, and so many messages."""
        self._queue = list(points)
        while self._queue:
            ends = await asyncio.gather(
                *(self._work() for _ in range(self._scale.together)), return_exceptions=True
            )
            for end in ends:
                if end is not None:
                    raise end
            if len(self.report.missed) > len(points) + self._scale.rounds:
                raise RoundFailed(f"points that are never reached: {sorted(set(self._queue))}")
            if not self._queue and self.report.messages.total() < messages:
                self._queue = [FROM_OUTSIDE] * (self._scale.rounds * self._scale.together)
        return self.report

    async def _work(self) -> None:
        """One house after the other, until nothing is left to do or one has failed."""
        while self._queue and not self._failed:
            points, self._queue = self._queue[: self._scale.rounds], self._queue[self._scale.rounds :]
            self._houses += 1
            uri = self._uris[self._houses % len(self._uris)] if self._uris else ""
            try:
                house = await _house(self._engine, uri, f"{self._seed}-{self._engine}-{self._houses}", points)
            except BaseException:
                self._failed = True
                raise
            self._queue += house.missed
            self.report.add(house)
            self.report.seconds = time.monotonic() - self._began
            self._tell(f"{self._engine}: {self.report}")


@contextmanager
def _servers(engine: str) -> Iterator[list[str]]:
    """The URIs of the servers that the houses share; none for SQLite."""
    if engine == "sqlite":
        yield []
    elif given_uris():
        yield given_uris()[:1]
    else:
        with ExitStack() as stack:
            yield [stack.enter_context(mongo_server()).uri for _ in range(SERVERS)]


async def _house(engine: str, uri: str, seed: str, points: Sequence[str]) -> Report:
    folder = KEPT / seed
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    name = f"hub_test_{uuid.uuid4().hex[:12]}"
    place = Place(uri=uri, database=name) if uri else Place(path=str(folder / "store.db"))
    reader = Reader(place)
    try:
        house = House(place, reader, seed=seed, folder=folder, scale=SCALES[engine])
        await house.live(points)
    except RoundFailed as failed:
        _keep(reader, folder, points, str(failed))
        raise RoundFailed(f"seed {seed}, kept in {folder}: {failed}") from failed
    finally:
        await asyncio.to_thread(reader.drop)
        reader.close()
    shutil.rmtree(folder)
    return house.report


def _keep(reader: Reader, folder: Path, points: Sequence[str], why: str) -> None:
    """Leave everything behind that explains a failure."""
    (folder / "failure").write_text("\n".join([why, "", *points]) + "\n")
    (folder / "store.json").write_bytes(msgspec.json.encode(reader.read()))
