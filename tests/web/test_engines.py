"""The whole program on MongoDB, and a backup that moves a hub from one engine to the other."""

import subprocess
from pathlib import Path

from tests.parts.hub_process import hub_process
from tests.parts.mongo import MongoServer
from tests.parts.processes import BIN
from tests.web.test_process import command, passwords, sign_in


def run(environment: dict[str, str], folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A `hub` command with an environment of its own."""
    return subprocess.run(
        [str(BIN / "hub"), *arguments],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_hub_on_mongodb_is_backed_up_and_moved_to_sqlite_and_back(embedded_mongo: MongoServer) -> None:
    settings = {"HUB_MONGODB_URI": embedded_mongo.uri, "HUB_MONGODB_DATABASE": "first"}
    with hub_process("demo", settings=settings) as hub:
        known = passwords(hub)
        with sign_in(hub, "zhangmin", known["zhangmin"]) as browser:
            assert len(browser.get("/api/queues").json()["items"]) == 3
        assert "MongoDB" in command(hub, "store", "info").stdout
        archive = hub.folder / "backup.tar.gz"
        assert command(hub, "backup", str(archive)).returncode == 0
        here = hub.environment()
        sqlite = {**here, "HUB_DATA": str(hub.folder / "sqlite")}
        del sqlite["HUB_MONGODB_URI"]
        restored = run(sqlite, hub.folder, "restore", str(archive), "--yes")
        assert restored.returncode == 0, restored.stdout + restored.stderr
        assert "zhangmin" in run(sqlite, hub.folder, "user", "list").stdout
        again = hub.folder / "again.tar.gz"
        assert run(sqlite, hub.folder, "backup", str(again)).returncode == 0
        second = {**here, "HUB_DATA": str(hub.folder / "mongo"), "HUB_MONGODB_DATABASE": "second"}
        assert run(second, hub.folder, "restore", str(again), "--yes").returncode == 0
        assert "zhangmin" in run(second, hub.folder, "user", "list").stdout
        full = run({**second, "HUB_MONGODB_DATABASE": "first"}, hub.folder, "restore", str(again), "--yes")
        assert full.returncode == 1
        assert "not empty" in full.stderr
        assert hub.terminate() == 0
