"""Fixtures every suite may use. Settings of the machine (HUB_*) do not reach the tests."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.parts.browser import chromium
from tests.parts.mongo import MongoServer, given_uris, mongo_server

KEPT = ("HUB_TEST_", "HUB_REQUIRE_ALL")

for setting in [name for name in os.environ if name.startswith("HUB_")]:
    if not setting.startswith(KEPT):
        del os.environ[setting]


@pytest.fixture(scope="module")
def embedded_mongo() -> Iterator[MongoServer]:
    """A fresh MongoDB-wire server for this module."""
    with mongo_server() as server:
        yield server


@pytest.fixture(scope="module", params=["embedded", *given_uris()], ids=lambda uri: uri.partition(":")[0])
def mongo_uri(request: pytest.FixtureRequest) -> str:
    """A server's URI: a fresh one of this module's, then the one HUB_TEST_MONGODB_URI names."""
    if request.param != "embedded":
        return str(request.param)
    server: MongoServer = request.getfixturevalue("embedded_mongo")
    return server.uri


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium for this module."""
    with chromium() as launched:
        yield launched
