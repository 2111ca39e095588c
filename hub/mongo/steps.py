"""The steps of a commit: one by itself, several in a transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

from pymongo import WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from hub import document_rules as rules
from hub.documents import Changed, Clear, Collection, Delete, Insert, PutIf, Step
from hub.mongo import errors
from hub.mongo.names import document_there, path_there
from hub.mongo.query import guards
from hub.mongo.reports import Database
from hub.mongo.sessions import Sessions

Run: TypeAlias = Callable[[Database, AsyncClientSession | None], Awaitable[None]]

COMMIT_TRIES = 3


def prepared(step: Step, declared: Mapping[str, Collection]) -> Run:
    """A step, checked, as something to run; KeyError, TypeError or ValueError where it is wrong."""
    match step:
        case Insert():
            return _insert(declared[step.collection].name, step)
        case PutIf():
            return _put_if(declared[step.collection].name, step)
        case Clear():
            return _clear(declared[step.collection].name, step)
        case Delete():
            return _delete(declared[step.collection].name, step)
        case _:
            raise TypeError(f"{type(step).__name__} is not a step")


def _insert(collection: str, step: Insert) -> Run:
    document = document_there(rules.checked(step.document))

    async def run(database: Database, session: AsyncClientSession | None) -> None:
        await database[collection].insert_one(document, session=session)

    return run


def _put_if(collection: str, step: PutIf) -> Run:
    document = document_there(rules.checked_next(step.document, step.version))
    wanted = {"_id": document["_id"], "version": step.version}

    async def run(database: Database, session: AsyncClientSession | None) -> None:
        done = await database[collection].replace_one(wanted, document, session=session)
        if done.matched_count == 0:
            raise Changed(f"{collection} {wanted['_id']}")

    return run


def _clear(collection: str, step: Clear) -> Run:
    rules.changeable(step.field)
    wanted: dict[str, Any] = {"_id": rules.check_id(step.id)} | guards(step.field)
    change = {"$unset": {path_there(step.field): ""}}

    async def run(database: Database, session: AsyncClientSession | None) -> None:
        await database[collection].update_one(wanted, change, session=session)

    return run


def _delete(collection: str, step: Delete) -> Run:
    wanted: dict[str, Any] = {"_id": rules.check_id(step.id)}
    if step.version is not None:
        wanted["version"] = rules.check_version(step.version)

    async def run(database: Database, session: AsyncClientSession | None) -> None:
        done = await database[collection].delete_one(wanted, session=session)
        if step.version is not None and done.deleted_count == 0:
            raise Changed(f"{collection} {step.id}")

    return run


async def alone(database: Database, run: Run) -> None:
    """One step: a write of one document is all or nothing by itself."""
    try:
        await run(database, None)
    except PyMongoError as error:
        raise errors.writing(error) from error


async def together(sessions: Sessions, database: Database, todo: Sequence[Run]) -> None:
    """Several steps in one transaction."""
    async with sessions.one() as session:
        try:
            await session.start_transaction(
                read_concern=ReadConcern("snapshot"),
                write_concern=WriteConcern("majority", j=True),
            )
            for run in todo:
                await run(database, session)
        except PyMongoError as error:
            raise errors.in_transaction(error) from error
        await _commit(session)


async def _commit(session: AsyncClientSession) -> None:
    """Commit; asked again where the answer was lost, which the server allows."""
    for tries_left in range(COMMIT_TRIES - 1, -1, -1):
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            if not tries_left or not error.has_error_label(errors.UNKNOWN_COMMIT):
                raise errors.committing(error) from error
            await asyncio.sleep(0.05)
        else:
            return
