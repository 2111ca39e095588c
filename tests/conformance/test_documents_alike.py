"""Whatever is asked of it, an engine answers as the store in memory does."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.documents import (
    And,
    Clear,
    Contains,
    Delete,
    Document,
    Documents,
    Equal,
    Exists,
    Filter,
    In,
    Insert,
    Json,
    Or,
    Prefix,
    PutIf,
    Range,
    Scalar,
    Step,
    StoreError,
)
from tests.conformance import stores
from tests.conformance.stores import Open
from tests.fakes.memory_documents import MemoryDocuments

# Values of few kinds, so that they meet; comparable ones go where indexes and orders look.
COMPARABLE: st.SearchStrategy[Scalar] = st.one_of(
    st.none(), st.integers(-2, 3), st.sampled_from([0.5, 1.0, -1.5]), st.sampled_from("abc[{")
)
SCALARS = st.one_of(COMPARABLE, st.booleans(), st.text(max_size=3))
VALUES: st.SearchStrategy[Json] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["h", "k", "$x", "a.b"]), inner, max_size=2),
    ),
    max_leaves=4,
)
IDS = st.sampled_from(["a", "b", "é"])
FREE = {"f": VALUES, "g": VALUES}
FIELDS: dict[str, dict[str, st.SearchStrategy[Json]]] = {
    "waiting": {
        **dict.fromkeys(("queue", "state", "since", "changed", "agent"), COMPARABLE),
        **{name: st.lists(SCALARS, max_size=3) for name in ("tags", "people")},
        "todo": st.dictionaries(st.sampled_from(["due", "x"]), COMPARABLE, max_size=2),
        **FREE,
    },
    "entries": {
        **dict.fromkeys(("conversation", "seq", "client_id", "address"), COMPARABLE),
        "by": st.dictionaries(st.sampled_from(["kind", "id"]), COMPARABLE, max_size=2),
        "current": st.booleans(),
        **FREE,
    },
}
PATHS = [
    *("queue", "state", "since", "changed", "agent", "tags", "todo.due", "todo", "f", "g", "g.h"),
    *("f.$x", "id", "version", "conversation", "seq", "client_id", "by.id", "current", "nothing"),
]
SORTS = st.sampled_from(
    [
        *(("id",), ("-id",), ("since",), ("-changed",), ("queue", "state", "since"), ("todo.due",)),
        *(("since", "-changed"), ("-version", "since"), ("seq",), ("conversation", "-seq")),
    ]
)
COLLECTIONS = st.sampled_from(sorted(FIELDS))


def documents(collection: str) -> st.SearchStrategy[Document]:
    """Documents of a collection, at version 1."""
    fields = FIELDS[collection]
    return st.builds(
        lambda id, rest: {"id": id, "version": 1, **rest},
        IDS,
        st.fixed_dictionaries({}, optional=fields),
    )


def _range(path: str, low: Scalar, high: Scalar) -> Filter:
    if type(low) is type(high) and isinstance(low, str | int) and not isinstance(low, bool):
        return Range(path, gte=low, lt=cast("str", high))
    return Range(path, gt=0) if low is None else Range(path, lte="b")


@st.composite
def leaves(draw: st.DrawFn) -> Filter:
    """A filter of one field."""
    path = draw(st.sampled_from(PATHS))
    kind = draw(st.sampled_from(["equal", "equal", "in", "range", "exists", "prefix", "contains"]))
    match kind:
        case "equal":
            return Equal(path, draw(SCALARS))
        case "in":
            return In(path, tuple(draw(st.lists(SCALARS, max_size=10))))
        case "range":
            return _range(path, draw(COMPARABLE), draw(COMPARABLE))
        case "exists":
            return Exists(path, present=draw(st.booleans()))
        case "prefix":
            return Prefix(path, draw(st.sampled_from(["", "a", "[", "{", "é"])))
        case _:
            return Contains(path, draw(SCALARS))


FILTERS: st.SearchStrategy[Filter] = st.recursive(
    leaves(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=4,
)


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """A step of a commit."""
    collection = draw(COLLECTIONS)
    match draw(st.sampled_from(["insert", "insert", "put", "put", "clear", "delete"])):
        case "insert":
            return Insert(collection, draw(documents(collection)))
        case "put":
            version = draw(st.integers(1, 2))
            document = draw(documents(collection)) | {"version": version + 1}
            return PutIf(collection, document, version)
        case "clear":
            field = draw(
                st.sampled_from(["f", "g", "tags", "todo.due", "since", "by.id", "seq", "client_id"])
            )
            return Clear(collection, draw(IDS), field)
        case _:
            return Delete(collection, draw(IDS), draw(st.sampled_from([None, None, 1, 2])))


Call = Callable[[Documents], Awaitable[object]]


@st.composite
def calls(draw: st.DrawFn) -> Call:
    """One call of the port."""
    collection = draw(COLLECTIONS)
    match draw(st.sampled_from(["commit", "commit", "find", "find", "find", "claim", "append", "count"])):
        case "commit":
            todo = draw(st.lists(steps(), min_size=1, max_size=2))
            return lambda store: store.commit(todo)
        case "find":
            where, sort, limit = draw(FILTERS), draw(SORTS), draw(st.sampled_from([1, 2, 9]))
            return lambda store: stores.pages(store, collection, where, sort, limit)
        case "claim":
            where, sort = draw(FILTERS), draw(SORTS)
            changes = {"since": draw(COMPARABLE), "todo.due": draw(COMPARABLE)}
            return lambda store: store.claim_next(collection, where, sort=sort, changes=changes)
        case "append":
            id, field, value = draw(IDS), draw(st.sampled_from(["tags", "people"])), draw(SCALARS)
            return lambda store: store.append("waiting", id, field, value)
        case _:
            where, most = draw(FILTERS), draw(st.sampled_from([None, 1, 2]))
            return lambda store: store.count(collection, where, limit=most)


async def outcome(call: Call, store: Documents) -> object:
    """What a call answers, or the kind of its refusal."""
    try:
        return await call(store)
    except (StoreError, ValueError) as error:
        return type(error)


async def compare(store: Documents, todo: Sequence[Call]) -> None:
    """Make the calls on a store and in memory; every answer and what is left is the same."""
    memory = MemoryDocuments(stores.SCHEMA)
    for call in todo:
        assert await outcome(call, store) == await outcome(call, memory)
    for collection in FIELDS:
        left = await store.find(collection)
        assert left == await memory.find(collection)
        for one in left.items:
            await store.delete(collection, str(one["id"]))


@pytest.fixture
async def engine(open_store: Open) -> AsyncIterator[Documents]:
    """A store to compare with the one in memory."""
    async with open_store() as store:
        yield store


@settings(
    max_examples=80,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(todo=st.lists(calls(), min_size=10, max_size=30))
async def test_an_engine_answers_as_memory_does(engine: Documents, todo: list[Call]) -> None:
    await compare(engine, todo)
