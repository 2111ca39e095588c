"""What the driver's exceptions mean to the port.

The driver retries a write once by itself, under a number by which the server knows it again;
what comes out here is the end of that. A failure to find a server at all comes before anything
was sent; any other break of the connection may come after.
"""

from bson.errors import BSONError
from pymongo.errors import (
    BulkWriteError,
    DuplicateKeyError,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    WriteConcernError,
)

from hub.documents import Changed, Duplicate, Lost, StoreError, Unavailable

_DUPLICATE = {11000, 11001, 12582}
_CONFLICT = {112, 251}  # WriteConflict; NoSuchTransaction: the server had given it up
_KILLED = {11601, 237}  # Interrupted, CursorKilled: somebody ended its session
_MAY_HAVE_HAPPENED = {
    *(6, 7, 89, 9001),  # the network, between routers and shards
    *(50, 262),  # a time limit
    *_KILLED,
    *(64, 91, 189, 11600, 11602),  # acknowledgement; a shutdown; a new primary
    *(10107, 13435, 13436),  # not the primary, at the second try
}
WRONG_KIND = {2, 28}  # BadValue, PathNotViable: an update through something of another kind

UNKNOWN_COMMIT = "UnknownTransactionCommitResult"
TRANSIENT = "TransientTransactionError"


def reading(error: PyMongoError) -> StoreError:
    """What a failed read means: it cannot be reached."""
    return Unavailable(words(error))


def writing(error: PyMongoError) -> StoreError:
    """What a failed write of one document means."""
    if isinstance(error, DuplicateKeyError):
        return Duplicate(_index_of(error))
    if isinstance(error, BulkWriteError):
        return _bulk(error)
    if isinstance(error, ServerSelectionTimeoutError | WaitQueueTimeoutError | InvalidOperation):
        return Unavailable(words(error))
    if isinstance(error, WriteConcernError):
        return Lost(words(error))
    if isinstance(error, OperationFailure):
        if error.code in _CONFLICT:
            return Changed("another write was faster")
        if error.code in _MAY_HAVE_HAPPENED or error.has_error_label("RetryableWriteError"):
            return Lost(words(error))
        return Unavailable(words(error))
    return Lost(words(error))


def in_transaction(error: PyMongoError) -> StoreError:
    """What a failed step of a transaction means that nobody has tried to commit."""
    if isinstance(error, DuplicateKeyError):
        return Duplicate(_index_of(error))
    if isinstance(error, OperationFailure) and (
        error.code in _CONFLICT | _KILLED or error.has_error_label(TRANSIENT)
    ):
        return Changed("another write was faster")
    return Unavailable(words(error))


def committing(error: PyMongoError) -> StoreError:
    """What a failed commit of a transaction means."""
    if error.has_error_label(TRANSIENT):
        return Changed("another write was faster")
    return Lost(words(error))


def too_big(error: BSONError) -> ValueError:
    """A document that the driver would not encode."""
    return ValueError(f"MongoDB does not keep this document: {type(error).__name__}")


def words(error: PyMongoError) -> str:
    """An error in words, without values of documents."""
    code = getattr(error, "code", None)
    name = (getattr(error, "details", None) or {}).get("codeName", "")
    if code is not None:
        return f"{type(error).__name__} {code} {name}".strip()
    return f"{type(error).__name__}: {str(error)[:200]}"


def _bulk(error: BulkWriteError) -> StoreError:
    failed = error.details.get("writeErrors", [])
    if any(one.get("code") in _DUPLICATE for one in failed):
        return Duplicate("one of many documents")
    if error.details.get("writeConcernErrors") or not failed:
        return Lost(words(error))
    return Unavailable(words(error))


def _index_of(error: DuplicateKeyError) -> str:
    """The names in a duplicate key error, without the values."""
    keys = (error.details or {}).get("keyPattern")
    return ", ".join(keys) if isinstance(keys, dict) else "a unique index"
