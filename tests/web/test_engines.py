"""The whole program on MongoDB, and a backup that moves a hub from one engine to the other."""

import os
import subprocess
from datetime import datetime
from pathlib import Path

from tests.parts.hub_process import HubProcess, hub_process
from tests.parts.mongo import MongoServer
from tests.parts.processes import BIN, free_port, wait_until
from tests.web.test_cli import SEEN
from tests.web.test_process import command, log_lines, passwords, sign_in


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


def test_the_doctor_goes_on_where_the_store_is_away(tmp_path: Path) -> None:
    data = tmp_path / "data"
    uri = f"mongodb://127.0.0.1:{free_port()}/?directConnection=true"
    environment = {"PATH": os.defpath, "HUB_DATA": str(data), "HUB_MONGODB_URI": uri}
    answer = run(environment, tmp_path, "doctor")
    assert answer.returncode == 1
    assert not answer.stderr
    assert "LOOK  the store can be opened\n      → Is the MongoDB server" in answer.stdout
    for what in SEEN[2:]:
        assert what in answer.stdout, what
    assert "ok    the secrets are readable" in answer.stdout
    assert "LOOK  not known: an inbox is open\n      → When the store answers again" in answer.stdout
    looks = [line for line in answer.stdout.splitlines() if line.startswith("LOOK")]
    assert answer.stdout.count("→ ") == len(looks)


def test_a_second_hub_on_the_same_data_folder_is_refused_on_mongodb_too(embedded_mongo: MongoServer) -> None:
    settings = {"HUB_MONGODB_URI": embedded_mongo.uri, "HUB_MONGODB_DATABASE": "locked"}
    with hub_process("serve", settings=settings) as hub:
        other = {**hub.environment(), "HUB_PORT": "0"}
        second = run(other, hub.folder, "serve")
        assert second.returncode == 1
        assert f"in use by process {hub.process.pid}" in second.stderr
        other["HUB_MONGODB_DATABASE"] = "another"
        assert run(other, hub.folder, "serve").returncode == 1
        (hub.data / "control.sock").unlink()
        assert "does not answer at control.sock" in run(other, hub.folder, "user", "list").stderr
        assert hub.is_healthy()


def test_after_a_clean_stop_routing_begins_at_once_after_a_kill_when_a_term_is_over(
    embedded_mongo: MongoServer,
) -> None:
    settings = {"HUB_MONGODB_URI": embedded_mongo.uri, "HUB_MONGODB_DATABASE": "lease"}

    def routes(hub: HubProcess, starts: int) -> float:
        """Seconds from the readiness of the last start to its routing."""
        event = "This process routes the group now"
        wait_until(
            lambda: [line["event"] for line in log_lines(hub)].count(event) == starts, limit=30, what=event
        )
        at = {line["event"]: datetime.fromisoformat(line["at"]) for line in log_lines(hub)}
        epochs = [line["epoch"] for line in log_lines(hub) if line["event"] == event]
        assert epochs == sorted(set(epochs))
        return (at[event] - at["The hub is ready"]).total_seconds()

    with hub_process("demo", settings=settings) as hub:
        assert routes(hub, 1) < 5
        assert hub.terminate() == 0
        hub.start()
        assert routes(hub, 2) < 5
        hub.kill()
        hub.start()
        assert routes(hub, 3) > 5  # the lease of who was killed must stand still for a term


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
