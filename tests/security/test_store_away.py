"""A store that fails at any moment of any request: 503, and not a word of the driver's in the answer."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import structlog

from hub.documents import EVERYTHING, Document, Filter, Lost, Page, Step, Unavailable
from tests.fakes.memory_documents import MemoryDocuments
from tests.security.right_requests import RIGHT_REQUESTS, Right, send
from tests.web.stage import stage as make_stage
from web.foundation import schema

DRIVER = "ServerSelectionTimeoutError: db-7.inner:27017"
MOST = 40  # calls of the store that a request makes, at the most


class FailingDocuments(MemoryDocuments):
    """Works for ``left`` calls, then never again."""

    left: int | None = None
    lossy = False  # the outcome of a write that fails is unknown

    def _burn(self, *, write: bool = False) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            raise Lost(DRIVER) if write and self.lossy else Unavailable(DRIVER)

    async def get(self, collection: str, id: str) -> Document | None:
        """As the port."""
        self._burn()
        return self.get_now(collection, id)

    async def find(
        self,
        collection: str,
        where: Filter = EVERYTHING,
        *,
        sort: Sequence[str] = ("id",),
        limit: int = 100,
        after: str | None = None,
    ) -> Page:
        """As the port."""
        self._burn()
        return self.find_now(collection, where, sort=sort, limit=limit, after=after)

    async def count(self, collection: str, where: Filter = EVERYTHING, *, limit: int | None = None) -> int:
        """As the port."""
        self._burn()
        return self.count_now(collection, where, limit=limit)

    async def insert(self, collection: str, document: Document) -> None:
        """As the port."""
        self._burn(write=True)
        await super().insert(collection, document)

    async def put_if(self, collection: str, document: Document, *, version: int) -> None:
        """As the port."""
        self._burn(write=True)
        await super().put_if(collection, document, version=version)

    async def delete(self, collection: str, id: str) -> None:
        """As the port."""
        self._burn(write=True)
        await super().delete(collection, id)

    async def commit(self, steps: Sequence[Step]) -> None:
        """As the port."""
        self._burn(write=True)
        await super().commit(steps)


CASES = [
    pytest.param(route, lossy, id=f"{route}-{'lost' if lossy else 'unavailable'}")
    for route in sorted(RIGHT_REQUESTS)
    for lossy in ([False] if route.startswith("GET") else [False, True])
]


@pytest.mark.parametrize(("route", "lossy"), CASES)
async def test_whenever_the_store_fails_the_answer_says_nothing_of_the_driver(
    tmp_path: Path, route: str, lossy: bool
) -> None:
    documents = FailingDocuments(schema())
    documents.lossy = lossy
    async with make_stage(tmp_path, documents=documents) as stage:
        async with await stage.signed_in("agent") as browser:
            stage.own.ids["file"] = (await send(browser, "POST /api/files", Right(file=True))).json()["id"]
        right = RIGHT_REQUESTS[route](stage.own)
        browser = stage.visitor() if right.by == "nobody" else await stage.signed_in(right.by)
        away = 0
        async with browser:
            for calls in range(MOST):
                documents.left = calls
                with structlog.testing.capture_logs() as log:
                    answer = await send(browser, route, right)
                assert DRIVER.split(":")[0] not in answer.text, calls
                assert "db-7" not in answer.text, calls
                if answer.status_code == 503:
                    away += 1
                    assert answer.json()["error"]["code"] == "store_unavailable"
                    assert DRIVER in json.dumps(log, default=str), calls
                else:
                    assert answer.status_code < 500, (calls, answer.text)
                if documents.left >= 0:
                    break  # it needed no more than these
        assert away or route == "GET /api/roles"
