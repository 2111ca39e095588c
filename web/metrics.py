"""Metrics in the Prometheus text format, in a registry of our own."""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from hub.events import Bus, Committed, DeliveryChanged

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Scraped(Collector):
    """Figures that are read when somebody asks for them."""

    @abstractmethod
    async def refresh(self) -> None:
        """Read them anew, unless they are fresh."""


class Metrics:
    """What the web process counts; other parts add their own to ``registry``."""

    def __init__(self) -> None:
        """A registry with the process's own figures."""
        self.registry = CollectorRegistry()
        self._scraped: list[Scraped] = []
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._requests = Counter(
            "hub_http_requests",
            "Requests by route and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "hub_http_request_seconds",
            "Time from request to the end of its answer.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._entries = Counter(
            "hub_entries", "Entries made durable.", ("kind", "by"), registry=self.registry
        )
        self._deliveries = Counter(
            "hub_deliveries",
            "Outgoing messages by what became of them.",
            ("status",),
            registry=self.registry,
        )
        self._sockets = Gauge("hub_websockets", "WebSockets that are open.", registry=self.registry)

    def listen(self, bus: Bus) -> None:
        """Count what this process does."""
        bus.listen(Committed, self._on_committed, own=True)
        bus.listen(DeliveryChanged, lambda event: self._deliveries.labels(event.status).inc(), own=True)

    def _on_committed(self, event: Committed) -> None:
        self._entries.labels(event.entry.kind.value, event.entry.by.kind.value).inc()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. ``route`` is the path's template, so there are few of them."""
        if method not in _METHODS:
            method = "OTHER"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    @contextmanager
    def socket_open(self) -> Iterator[None]:
        """Count a socket while it is open."""
        self._sockets.inc()
        try:
            yield
        finally:
            self._sockets.dec()

    def add(self, figures: Scraped) -> None:
        """Show these, too, read anew when somebody asks."""
        self.registry.register(figures)
        self._scraped.append(figures)

    async def text(self) -> bytes:
        """All figures as Prometheus reads them."""
        for figures in self._scraped:
            await figures.refresh()
        return generate_latest(self.registry)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
