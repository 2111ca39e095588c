"""What the web chat refuses with a status of its own; the hub's errors have theirs already.

::

    Refused(HubError)        status, code, message
    ├── UnknownToken         401  open a session again
    ├── OriginNotAllowed     403  this page may not use the inbox
    ├── IdentityInvalid      403  the company does not vouch for this id
    ├── TicketInvalid        403  the address of a file has expired: read the entry again
    ├── FileTooLarge         413
    └── FileType             415  not a type this inbox takes
"""

from hub.endpoints import Answer
from hub.errors import HubError


class Refused(HubError):
    """A refusal with its HTTP status."""

    status = 400

    def answer(self) -> Answer:
        """As a response, in the form that all errors have."""
        error: dict[str, object] = {"code": self.code, "message": str(self)}
        return Answer({"error": error}, status=self.status)


class UnknownToken(Refused):
    """No token, or none of ours, or one that was given up."""

    status, code = 401, "unknown_token"


class OriginNotAllowed(Refused):
    """The page that calls is not among the inbox's allowed origins."""

    status, code = 403, "origin_not_allowed"


class IdentityInvalid(Refused):
    """The hash does not belong to the id, or the inbox has no secret."""

    status, code = 403, "identity_invalid"


class TicketInvalid(Refused):
    """No ticket for this file, or it has expired."""

    status, code = 403, "ticket_invalid"


class FileTooLarge(Refused):
    """More bytes than the inbox takes."""

    status, code = 413, "file_too_large"


class FileType(Refused):
    """The content is not of a type that the inbox takes."""

    status, code = 415, "file_type"
