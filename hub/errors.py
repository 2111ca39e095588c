"""What the hub's verbs may answer instead of doing it.

::

    HubError                 code, message, hint
    ├── NotFound             no such thing, or not in your organisation
    ├── Invalid              the input is wrong: says which field and why
    ├── NotAllowed           the last entry forbids it now (transition table), or it is not yours
    │   ├── Gone             the offer or the conversation is no longer yours
    │   └── Unseen           the customer has written something you have not seen (close, snooze)
    ├── NoRoom               the agent who would take it has no capacity left
    ├── Away                 the agent who would take it is offline
    ├── Mismatch             a client id was used before for something else
    ├── Conflict             somebody else changed the document meanwhile (admin pages)
    ├── TooMany              a rate limit; ``after`` says when to try again
    └── Busy                 the store is away or the outcome is unknown: send the same again

Store errors (:mod:`hub.documents`) become :class:`Busy` at the verbs' border: :func:`unanswered`.
"""

import structlog

from hub.documents import StoreError

_log = structlog.get_logger(__name__)


class HubError(Exception):
    """An answer other than "done", with a stable code for programs and words for people."""

    code = "hub_error"

    def __init__(self, message: str = "", *, code: str | None = None, hint: str | None = None) -> None:
        """Words for logs (English), an own code where the class's is too broad, and what to do."""
        super().__init__(message or self.code)
        if code is not None:
            self.code = code
        self.hint = hint


class NotFound(HubError):
    """There is no such thing for you."""

    code = "not_found"


class Invalid(HubError):
    """The input is wrong."""

    code = "invalid"


class NotAllowed(HubError):
    """The conversation is not in a state in which this may be done, or not by you."""

    code = "not_allowed"


class Gone(NotAllowed):
    """The offer has ended, or the conversation is somebody else's now."""

    code = "gone"


class Unseen(NotAllowed):
    """The customer's last message has not been shown to the one who closes."""

    code = "unseen"


class NoRoom(HubError):
    """The agent has no room left on this channel."""

    code = "no_room"


class Away(HubError):
    """The agent is offline."""

    code = "agent_away"


class Mismatch(HubError):
    """The client id was used before for something else."""

    code = "client_id_reused"


class Conflict(HubError):
    """Somebody else changed it meanwhile: load it again."""

    code = "conflict"


class TooMany(HubError):
    """A limit of rate or number."""

    code = "too_many"

    def __init__(self, message: str = "", *, after: float = 1.0, code: str | None = None) -> None:
        """``after``: seconds until it may be tried again."""
        super().__init__(message, code=code)
        self.after = after


class Busy(HubError):
    """The store is away, or its answer was lost: send the same again (same client id)."""

    code = "store_unavailable"


def unanswered(error: StoreError) -> Busy:
    """What to raise (``from error``) where the store failed; the driver's own words go to the log only."""
    _log.warning("The store did not answer", outcome=type(error).__name__, reason=str(error))
    return Busy("The store did not answer. Send the same again.")
