"""The program as a process: first runs, commands while it runs, draining, TLS, restoring."""

import json
import os
import re
import signal
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.parts.hub_process import HubProcess, hub_process
from tests.parts.processes import BIN, wait_until


def command(hub: HubProcess, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A `hub` command in another process, on the same data folder."""
    return subprocess.run(
        [str(BIN / "hub"), *arguments],
        env=hub.environment(),
        cwd=hub.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def sign_in(hub: HubProcess, login: str, password: str) -> Iterator[httpx2.Client]:
    """A browser that has signed in."""
    with httpx2.Client(base_url=hub.url, headers={"origin": hub.url}) as browser:
        answer = browser.post("/api/session", json={"login": login, "password": password})
        assert answer.status_code == 200, answer.text
        yield browser


def check_password(hub: HubProcess, login: str, password: str) -> None:
    """One can sign in with it."""
    with sign_in(hub, login, password) as browser:
        assert browser.get("/api/session").json()["login"] == login


def log_lines(hub: HubProcess) -> list[dict[str, Any]]:
    """The structured lines of the log."""
    return [json.loads(line) for line in hub.log().splitlines() if line.startswith("{")]


def test_a_first_run_makes_an_administrator_and_says_his_password_once() -> None:
    with hub_process("serve") as hub:
        password = re.search(r"password  (\S+)", hub.log())
        assert password is not None
        check_password(hub, "admin", password[1])
        kept = hub.data / "admin-password.txt"
        assert password[1] in kept.read_text()
        for private in (hub.data / "hub.sqlite", kept, hub.data / "control.sock"):
            assert private.stat().st_mode & 0o077 == 0, private
        hub.terminate()
        said = len(hub.log())
        hub.start()
        assert "password" not in hub.log()[said:].replace("admin-password", "")
        check_password(hub, "admin", password[1])


def test_commands_reach_the_hub_that_runs() -> None:
    with hub_process("serve") as hub:
        added = command(hub, "user", "add", "anna", "--role", "agent")
        assert added.returncode == 0, added.stderr
        password = added.stdout.partition("Password: ")[2].split()[0]
        with sign_in(hub, "anna", password) as browser:
            assert command(hub, "user", "disable", "anna").returncode == 0
            assert browser.get("/api/session").status_code == 401
        assert "anna" in command(hub, "user", "list").stdout
        refused = command(hub, "user", "add", "anna")
        assert refused.returncode == 1
        assert "taken" in refused.stdout
        assert command(hub, "store", "rebuild").returncode == 0
        assert "SQLite" in command(hub, "store", "info").stdout
        orders = [line["command"] for line in log_lines(hub) if "command" in line]
        assert orders[:2] == ["user add", "user disable"]
        assert password not in hub.log()


def test_a_second_hub_on_the_same_data_is_refused_in_plain_words() -> None:
    with hub_process("serve") as hub:
        second = subprocess.run(
            [str(BIN / "hub"), "serve"],
            env={**hub.environment(), "HUB_PORT": "0"},
            cwd=hub.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert second.returncode == 1
        assert f"in use by process {hub.process.pid}" in second.stderr
        assert "Traceback" not in second.stderr
        taken = subprocess.run(
            [str(BIN / "hub"), "serve"],
            env={**hub.environment(), "HUB_DATA": str(hub.folder / "other")},
            cwd=hub.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert taken.returncode == 1
        assert f"port {hub.port} cannot be used" in taken.stderr


def test_sigterm_drains_tells_the_desks_finishes_and_ends_in_time() -> None:
    with hub_process("demo") as hub:
        password = passwords(hub)["zhangmin"]
        with sign_in(hub, "zhangmin", password) as browser:
            cookie = f"hub_session={browser.cookies['hub_session']}"
            with connect(
                hub.url.replace("http", "ws") + "/api/desk",
                origin=Origin(hub.url),
                additional_headers={"cookie": cookie},
                legacy=None,
            ) as desk:
                desk.send(json.dumps({"t": "hello", "tab": "tab-1"}))
                desk.recv(timeout=10)
                began = time.monotonic()
                os.kill(hub.process.pid, signal.SIGTERM)
                words = []
                with pytest.raises(ConnectionClosed) as caught:
                    while True:
                        words.append(desk.recv(timeout=10))
                assert '{"t":"bye","reason":"draining"}' in "".join(map(str, words))
                assert caught.value.rcvd is not None
                assert caught.value.rcvd.code == 1012
        wait_until(lambda: hub.process.exit_code is not None, limit=10, what="the end")
        assert hub.process.exit_code == 0
        assert time.monotonic() - began < 10
        assert [line["event"] for line in log_lines(hub)][-2:] == [
            "The hub is draining",
            "The hub has stopped",
        ]
        assert not (hub.data / "control.sock").exists()
        hub.start()  # the lock and the port are free again


def test_a_hub_that_was_killed_starts_again_and_takes_commands() -> None:
    with hub_process("serve") as hub:
        hub.kill()
        assert (hub.data / "control.sock").exists()
        assert command(hub, "user", "list").returncode == 0  # the dead socket is not in the way
        hub.start()
        assert command(hub, "doctor").returncode in {0, 1}


def passwords(hub: HubProcess) -> dict[str, str]:
    """The demo's."""
    lines = (hub.data / "demo-passwords.txt").read_text().splitlines()[2:]
    return dict(line.split() for line in lines if line.strip())


def test_the_demo_fills_a_gas_companys_hotline_and_a_second_run_is_quick() -> None:
    with hub_process("demo") as hub:
        known = passwords(hub)
        said = hub.log()
        assert len(known) == 8
        for login, password in known.items():
            assert re.search(rf"{login}\s+{password}", said)
        assert f"localhost:{hub.port}/desk" in said
        assert f"localhost:{hub.port}/demo" in said
        assert (hub.data / "demo-passwords.txt").stat().st_mode & 0o077 == 0
        with sign_in(hub, "zhangmin", known["zhangmin"]) as browser:
            queues = {one["name"] for one in browser.get("/api/queues").json()["items"]}
            assert queues == {"报修", "咨询", "投诉"}
            skills = {one["name"] for one in browser.get("/api/skills").json()["items"]}
            assert skills == {"燃气表", "管道", "账单", "英语"}
            reasons = {one["name"] for one in browser.get("/api/break-reasons").json()["items"]}
            assert reasons == {"小休", "培训", "午餐"}
            assert len(browser.get("/api/agents").json()["items"]) == 6
            assert len(browser.get("/api/canned-replies").json()["items"]) >= 8
            dispositions = browser.get("/api/dispositions").json()["items"]
            assert {one["parent"] is None for one in dispositions} == {True, False}
            page = browser.get("/demo").text
        inbox = re.search(r'data-inbox="(i_[A-Za-z0-9_-]+)"', page)
        assert inbox is not None
        session = httpx2.post(f"{hub.url}/webchat/{inbox[1]}/session", json={}).json()
        assert session["inbox"]["open"] is True
        hub.terminate()
        said = hub.log()
        began = time.monotonic()
        hub.start()
        assert time.monotonic() - began < 10
        again = hub.log()[len(said) :]
        assert not any(password in again for password in known.values())
        assert passwords(hub) == known
        check_password(hub, "liqiang", known["liqiang"])


def test_a_demo_that_was_killed_while_filling_goes_on() -> None:
    with hub_process("demo", started=False) as hub:
        hub.data.rmdir()
        process = subprocess.Popen(
            [str(BIN / "hub"), "demo"],
            env=hub.environment(),
            cwd=hub.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: (hub.data / "demo-passwords.txt").exists(), limit=30, what="passwords")
        process.kill()
        process.wait()
        known = passwords(hub)
        hub.start()
        assert passwords(hub) == known
        for login, password in known.items():
            check_password(hub, login, password)


def test_it_serves_https_with_a_certificate_of_its_own() -> None:
    with hub_process("serve", settings={"HUB_TLS_SELF_SIGNED": "1"}, started=False) as hub:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE

        def answers() -> bool:
            try:
                return httpx2.get(f"https://127.0.0.1:{hub.port}/health", verify=context).status_code == 200
            except httpx2.TransportError:
                return False

        process = subprocess.Popen(
            [str(BIN / "hub"), "serve"],
            env=hub.environment(),
            cwd=hub.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until(answers, limit=30, what="https")
            certificate = hub.data / "tls-self-signed.pem"
            assert (hub.data / "tls-self-signed.key").stat().st_mode & 0o077 == 0
            trusting = ssl.create_default_context(cafile=str(certificate))
            answer = httpx2.get(f"https://localhost:{hub.port}/desk", verify=trusting)
            assert answer.headers["strict-transport-security"]
        finally:
            process.terminate()
            assert process.wait(15) == 0


def test_a_running_hub_is_backed_up_and_restored() -> None:
    with hub_process("demo") as hub:
        known = passwords(hub)
        archive = hub.folder / "backup.tar.gz"
        made = command(hub, "backup", str(archive))
        assert made.returncode == 0, made.stdout + made.stderr
        with sign_in(hub, "admin", known["admin"]) as browser:
            assert browser.post("/api/skills", json={"name": "later"}).status_code == 201
        broken = hub.folder / "broken.tar.gz"
        broken.write_bytes(archive.read_bytes()[:5_000])
        refused = command(hub, "restore", str(broken), "--yes")
        assert refused.returncode == 1
        assert "damaged" in refused.stdout
        assert hub.is_healthy()
        pid = hub.process.pid
        restored = command(hub, "restore", str(archive), "--yes")
        assert restored.returncode == 0, restored.stdout + restored.stderr
        wait_until(lambda: hub.log().count("The hub is ready") == 2, limit=30, what="the restart")
        wait_until(hub.is_healthy, limit=30, what="health")
        assert hub.process.pid == pid
        with sign_in(hub, "admin", known["admin"]) as browser:
            names = {one["name"] for one in browser.get("/api/skills").json()["items"]}
            assert "later" not in names
            assert len(names) == 4
        assert next(hub.data.glob("before-restore-*/hub.sqlite")).is_file()


def test_a_restore_does_not_pull_the_data_from_under_a_hub_that_cannot_be_asked() -> None:
    with hub_process("demo") as hub:
        known = passwords(hub)
        archive = hub.folder / "backup.tar.gz"
        assert command(hub, "backup", str(archive)).returncode == 0
        (hub.data / "control.sock").unlink()
        refused = command(hub, "restore", str(archive), "--yes")
        assert refused.returncode == 1
        assert f"in use by process {hub.process.pid}, which does not answer" in refused.stderr
        assert "Traceback" not in refused.stderr
        with sign_in(hub, "admin", known["admin"]) as browser:
            assert browser.post("/api/skills", json={"name": "later"}).status_code == 201
        hub.restart()
        with sign_in(hub, "admin", known["admin"]) as browser:
            assert "later" in {one["name"] for one in browser.get("/api/skills").json()["items"]}
        assert not list(hub.data.glob("before-restore-*"))


def test_log_lines_are_json_without_tokens_or_passwords() -> None:
    with hub_process("serve", settings={"HUB_LOG_LEVEL": "debug"}) as hub:
        password = re.search(r"password  (\S+)", hub.log())
        assert password is not None
        printed = hub.log().count(password[1])
        with sign_in(hub, "admin", password[1]) as browser:
            token = browser.cookies["hub_session"]
            browser.get("/api/session?x=personal")
            browser.get(f"/{token}")
        wait_until(lambda: len(log_lines(hub)) > 3, limit=10, what="lines")
        text = hub.log()
        assert text.count(password[1]) == printed
        assert token not in text
        assert "personal" not in text
        for line in log_lines(hub):
            assert {"event", "level", "at"} <= line.keys()


@pytest.mark.parametrize("name", ["data", "a" * 60 + "/" + "b" * 60])
def test_the_control_socket_works_however_long_its_path_is(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir(parents=True)
    with hub_process("serve", settings={"HUB_DATA": str(folder)}) as hub:
        assert command(hub, "user", "list").returncode == 0
        assert "user list" in hub.log()
