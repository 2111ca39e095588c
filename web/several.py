"""What is needed only where several processes may run: who lives, and what the others did."""

from dataclasses import dataclass

from prometheus_client import Gauge

from hub.beats import Heart
from hub.processes import Part, Processes
from hub.redis.bus import RedisBus
from web.following import Watch
from web.foundation import Foundation
from web.hints import connected
from web.house import Runner, Step
from web.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Several:
    """Parts of a hub whose store others may share."""

    processes: Processes
    runners: dict[str, Runner]
    endings: list[Step]


def several(f: Foundation, part: Part, heart: Heart, metrics: Metrics) -> Several | None:
    """These parts; None on SQLite, where the store's lock proves that nobody else is there."""
    if f.settings.mongodb_uri is None:
        return None
    processes = Processes(
        f.documents, id=f.ids.new("n"), part=part, clock=f.clock, hints=lambda: connected(f.bus)
    )
    runners: dict[str, Runner] = {"processes": processes.run}
    if isinstance(f.bus, RedisBus):
        runners["hints"] = f.bus.run
        gauge = Gauge("hub_hints_connected", "Whether Redis carries hints now.", registry=metrics.registry)
        gauge.set_function(lambda: float(connected(f.bus)))
    if part is not Part.ROUTER:
        watch = Watch(
            f.documents,
            processes=processes,
            bus=f.bus,
            connected=lambda: heart.connected,
            clock=f.clock,
        )
        runners["watch"] = watch.run
    return Several(processes, runners, [processes.stop])
