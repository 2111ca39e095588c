"""`hub serve` as it is, that also says when an agent's document changed: the moment he is free.

`python -m tests.bench.timed_hub FILE`: appends the monotonic clock in ns and the agent's id to FILE.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from hub.events import AgentChanged
from web import serving
from web.cli import main
from web.foundation import Foundation
from web.house import House


def _timed(path: Path) -> None:
    build: Callable[..., House] = getattr(serving, "build")  # noqa: B009
    file = path.open("ab", buffering=0)

    def timed(foundation: Foundation, *rest: object, **more: object) -> House:
        house: House = build(foundation, *rest, **more)

        def note(event: AgentChanged) -> None:
            file.write(f"{time.monotonic_ns()} {event.agent}\n".encode())

        foundation.bus.listen(AgentChanged, note)
        return house

    setattr(serving, "build", timed)  # noqa: B010 - the composition root, with one listener more


if __name__ == "__main__":
    _timed(Path(sys.argv[1]))
    sys.argv[1:] = ["serve"]
    main()
