"""What people send to the house: with a name of its own, again and again until it is answered."""

import traceback
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from hub.documents import StoreError
from hub.entries import Entry
from hub.errors import Busy, HubError
from tests.simulation.store import CALLER

if TYPE_CHECKING:
    from tests.simulation.process import Process

Send = Callable[["Process"], Coroutine[Any, Any, object]]


class Request:
    """One wish. ``flying``: how many copies of it are under way; one answer ends it."""

    __slots__ = (
        "acknowledged",
        "author",
        "flying",
        "key",
        "label",
        "refused",
        "send",
        "told",
        "tries",
        "words",
    )

    def __init__(
        self,
        label: str,
        send: Send,
        *,
        author: str | None = None,
        key: tuple[str, str] | None = None,
        words: str = "",
    ) -> None:
        self.label = label
        self.send = send
        self.key = key
        self.words = words
        self.author = author if key is None else key[0]
        self.flying = 0
        self.tries = 0
        self.acknowledged = False
        self.refused = False
        self.told: HubError | None = None

    def __str__(self) -> str:
        return f"{self.label} {self.words} {self.key or ''}".strip()

    @property
    def answered(self) -> bool:
        return self.acknowledged or self.refused


class Copy:
    """One copy of a request, in one process.

    ``last_effect``: its last store call that took effect; ``stands``: the entry that it wrote;
    ``began``: when.
    """

    __slots__ = ("began", "last_effect", "process", "request", "stands")

    def __init__(self, request: Request, process: "Process") -> None:
        self.request = request
        self.process = process
        self.began = process.world.time
        self.last_effect = 0
        self.stands: str | None = None


def fly(request: Request, process: "Process") -> None:
    """Send it to this process."""
    copy = Copy(request, process)
    request.flying += 1
    request.tries += 1
    process.copies[copy] = None
    world = process.world
    if world.trace is not None:
        world.trace(f"{process}: {request}, try {request.tries}")
    context = copy_context()
    context.run(CALLER.set, copy)
    process.loop.create_task(_run(copy), context=context)


def drop(copy: Copy) -> None:
    """The process is gone; the sender hears nothing."""
    copy.request.flying -= 1


async def _run(copy: Copy) -> None:
    request, world = copy.request, copy.process.world
    try:
        answer = await request.send(copy.process)
    except (Busy, StoreError):
        outcome = "unknown"
    except HubError as error:
        outcome = f"refused {error.code}"
        world.checker.refused(copy, error.code)
        if not request.answered:
            request.refused = True
            request.told = error
    except Exception:  # noqa: BLE001  whatever a verb raises beyond its promise is a finding
        outcome = "failed"
        world.fail("error", f"{request}: {traceback.format_exc()}")
    else:
        outcome = "done"
        if isinstance(answer, Entry):
            world.checker.acknowledged(copy, answer.id)
        elif request.label in ("desk", "ready"):
            world.checker.there(copy)
        if world.loses_answer():
            outcome = "unknown"
            world.seen["answer lost on its way to the sender"] += 1
        else:
            request.acknowledged = True
            request.refused = False
    if outcome == "unknown":
        world.seen["answer unknown to the sender"] += 1
    copy.process.copies.pop(copy, None)
    request.flying -= 1
    if world.trace is not None:
        world.trace(f"{copy.process}: {request}: {outcome}")
