"""Messages that did not go out: see why, and send them again."""

from typing import Annotated, Literal

from pydantic import Field

from hub.access import Permission
from hub.delivery import Delivery, Status
from hub.endpoints import Permitted
from hub.errors import Invalid
from hub.receipts import Receipts
from web.operations import Absent, Asked, Cursor, Given, Operation, Query

_READ = Permitted(Permission.DELIVERIES_READ)
_REPLAY = Permitted(Permission.DELIVERIES_REPLAY)
Limit = Annotated[int, Field(ge=1, le=100)]


class DeliveryQuery(Query):
    """Failed messages, or those whose outcome is unknown."""

    status: Literal["failed", "unknown"] = "failed"
    cursor: Cursor | None = None
    limit: Limit = 50


class DeliveryGiven(Given):
    """The fate of one outgoing message; ``why`` in words of the channel."""

    id: str
    conversation: str
    inbox: str
    seq: int
    status: str
    at: str
    tries: int
    why: Absent[str] = None
    next_at: Absent[str] = None


class DeliveryPage(Given):
    """Some of them, and the cursor that continues."""

    items: list[DeliveryGiven]
    next: str | None


class DeliveriesApi:
    """/api/deliveries."""

    def __init__(self, receipts: Receipts) -> None:
        """Over the hub's deliveries."""
        self._receipts = receipts

    def operations(self) -> list[Operation]:
        """What to mount."""
        return [
            Operation(method="GET", path="/api/deliveries", policy=_READ, handle=self.all,
                      tag="deliveries", query=DeliveryQuery, gives=DeliveryPage),
            Operation(method="POST", path="/api/deliveries/{id}/replay", policy=_REPLAY,
                      handle=self.replay, tag="deliveries", gives=DeliveryGiven),
        ]  # fmt: skip

    async def all(self, asked: Asked[DeliveryQuery, None]) -> DeliveryPage:
        """Messages that failed or whose outcome is unknown, the latest first."""
        query = asked.query
        try:
            found, cursor = await self._receipts.dead_letters(
                asked.me.organisation, Status(query.status), after=query.cursor, limit=query.limit
            )
        except ValueError as error:
            raise Invalid("cursor: it is not one of this list.") from error
        return DeliveryPage(items=[_present(one) for one in found], next=cursor)

    async def replay(self, asked: Asked[None, None]) -> DeliveryGiven:
        """Send it again; a message whose outcome is unknown may then arrive twice."""
        return _present(await self._receipts.replay(asked.path["id"], asked.me.organisation))


def _present(delivery: Delivery) -> DeliveryGiven:
    return DeliveryGiven(
        id=delivery.id,
        conversation=delivery.conversation,
        inbox=delivery.inbox,
        seq=delivery.seq,
        status=delivery.status.value,
        at=delivery.at,
        tries=delivery.tries,
        why=delivery.why,
        next_at=delivery.next_at,
    )
