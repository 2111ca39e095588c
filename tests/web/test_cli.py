"""The `hub` program without a running hub: help, settings, users, store, backup."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from hub.documents import Unavailable
from hub.settings import Settings, SettingsProblem, load, unknown
from tests.fakes.memory_documents import MemoryDocuments
from tests.web.stage import stage
from web.cli import main
from web.commands import doctor
from web.foundation import schema
from web.installation import hold


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """The program sets its umask; here that is the test run's."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder."""
    return tmp_path / "data"


def hub(data: Path, *arguments: str, **settings: str) -> Result:
    """Run the program."""
    environment = {"HUB_DATA": str(data), "HUB_PORT": "0", **settings}
    return CliRunner().invoke(main, arguments, env=environment)


def commands(group: click.Group, *before: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command there is."""
    for name, command in group.commands.items():
        yield (*before, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)


def test_every_command_says_what_it_is_for_and_what_its_options_do(data: Path) -> None:
    names = [" ".join(path) for path, _ in commands(main)]
    for wanted in (
        "serve", "demo", "check-config", "doctor", "user add", "user list", "user password",
        "user disable", "backup", "restore", "store rebuild", "store migrate", "store info", "openapi",
    ):  # fmt: skip
        assert wanted in names
    for path, command in commands(main):
        answer = hub(data, *path, "--help")
        assert answer.exit_code == 0
        assert command.help
        assert command.help.strip()
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.is_eager:
                assert parameter.help, (path, parameter.name)
    assert not data.exists()  # asking for help makes nothing


def test_settings_that_will_do_are_said_to(data: Path) -> None:
    answer = hub(data, "check-config", HUB_PORT="8123", HUB_PUBLIC_URL="https://hotline.example")
    assert answer.exit_code == 0
    assert "https://hotline.example" in answer.output
    assert not data.exists()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"HUB_PORT": "eighty"}, "HUB_PORT: Input should be a valid integer"),
        ({"HUB_PORT": "70000"}, "HUB_PORT: Input should be less than or equal to 65535"),
        ({"HUB_MONGODB_URI": "localhost:27017"}, "HUB_MONGODB_URI: must begin with mongodb://"),
        ({"HUB_PUBLIC_URL": "hotline.example"}, "HUB_PUBLIC_URL: must look like https://hotline.example"),
        ({"HUB_PUBLIC_URL": "https://hotline.example/chat"}, "cannot live under a path"),
        ({"HUB_TRUSTED_PROXIES": "10.0.0.0/8, proxy"}, "'proxy' is neither an address nor a network"),
        ({"HUB_TLS_CERT": "/tmp/x.pem"}, "belong together"),
        ({"HUB_TLS_CERT": "/none/a", "HUB_TLS_KEY": "/none/b"}, "HUB_TLS_CERT names /none/a, which is not"),
        ({"HUB_LOG_LEVEL": "loud"}, "HUB_LOG_LEVEL: Input should be 'debug', 'info'"),
    ],
)
def test_settings_that_will_not_do_are_explained(data: Path, settings: dict[str, str], words: str) -> None:
    answer = hub(data, "check-config", **settings)
    assert answer.exit_code == 1
    assert words in answer.output
    assert "Traceback" not in answer.output


def test_a_misspelt_setting_is_noticed(data: Path) -> None:
    answer = hub(data, "check-config", HUB_PROT="1", HUB_TEST_MONGODB_URI="x", HUB_REQUIRE_ALL="1")
    assert "HUB_PROT is not a setting and has no effect: do you mean HUB_PORT?" in answer.output
    assert "HUB_TEST" not in answer.output
    assert unknown({"HUB_ZZZZZZ": "1"}) == ["HUB_ZZZZZZ is not a setting and has no effect."]


def test_all_settings_are_listed_without_secrets(data: Path) -> None:
    answer = hub(data, "check-config", "--all", HUB_MONGODB_URI="mongodb://u:hunter2@h/")
    for name in Settings.model_fields:
        assert f"HUB_{name.upper()}=" in answer.output
    assert "hunter2" not in answer.output


def test_settings_come_from_the_environment_given_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PORT", "9999")
    assert load({}).port == 8000
    assert load({"HUB_PORT": "1234"}).port == 1234
    assert load({"HUB_PUBLIC_URL": ""}).public_url is None
    with pytest.raises(SettingsProblem):
        load({"HUB_PORT": ""})


def test_users_are_added_listed_changed_and_disabled(data: Path) -> None:
    added = hub(data, "user", "add", "Anna", "--name", "安娜", "--role", "supervisor", "--role", "agent")
    assert added.exit_code == 0
    password = added.output.partition("Password: ")[2].split()[0]
    assert len(password) >= 12
    assert password not in hub(data, "user", "list").output
    listed = hub(data, "user", "list").output
    assert "anna" in listed
    assert "安娜" in listed
    assert "agent, supervisor" in listed
    again = hub(data, "user", "add", "anna")
    assert again.exit_code == 1
    assert "taken" in again.output
    changed = hub(data, "user", "password", "anna")
    assert changed.exit_code == 0
    assert changed.output.partition("Password: ")[2].split()[0] != password
    assert hub(data, "user", "disable", "anna").exit_code == 0
    assert "disabled" in hub(data, "user", "list").output
    assert hub(data, "user", "enable", "anna").exit_code == 0
    nobody = hub(data, "user", "disable", "nobody")
    assert nobody.exit_code == 1
    assert "There is no user 'nobody'" in nobody.output


def test_the_last_administrator_cannot_be_disabled(data: Path) -> None:
    hub(data, "user", "add", "anna", "--role", "agent")
    hub(data, "user", "add", "chef", "--role", "admin")
    refused = hub(data, "user", "disable", "chef")
    assert refused.exit_code == 1
    assert "Refused: chef is the last administrator who can sign in. Make another one" in refused.output
    assert "disabled" not in hub(data, "user", "list").output
    assert hub(data, "user", "disable", "anna").exit_code == 0
    hub(data, "user", "add", "vize", "--role", "admin")
    assert hub(data, "user", "disable", "chef").exit_code == 0
    assert hub(data, "user", "disable", "vize").exit_code == 1
    assert hub(data, "user", "disable", "chef").exit_code == 0  # a second time changes nothing


def test_a_short_password_is_refused_in_plain_words(data: Path) -> None:
    environment = {"HUB_DATA": str(data)}
    answer = CliRunner().invoke(
        main, ["user", "add", "bert", "--ask-password"], input="short\nshort\n", env=environment
    )
    assert answer.exit_code == 1
    assert "at least 10 characters" in answer.output


def test_the_store_tells_of_itself(data: Path) -> None:
    hub(data, "user", "add", "anna")
    answer = hub(data, "store", "info")
    assert answer.exit_code == 0
    lines = dict(line.split(maxsplit=1) for line in answer.output.splitlines())
    assert lines["engine"] == "SQLite"
    assert lines["users"] == "1"
    assert hub(data, "store", "rebuild").output.startswith("Rebuilt 0 conversations")
    assert "up to date" in hub(data, "store", "migrate").output


def test_the_doctor_says_what_is_wrong_and_what_to_do(data: Path) -> None:
    answer = hub(data, "doctor")
    assert answer.exit_code == 1
    assert "LOOK  there is an administrator\n      → Run: hub user add LOGIN --role admin" in answer.output
    assert "ok    the store takes writes" in answer.output


SEEN = (
    "Python",
    "the store takes writes",
    "the data is of this version",
    "there is an administrator",
    "an inbox is open",
    "every queue has agents",
    "messages failed",
    "entries wait to be shown in lists",
    "MB free on the disk",
    "the secrets are readable for the owner only",
    "the screens are built",
)


def test_the_doctor_goes_on_where_the_store_is_damaged_and_the_secrets_are_gone(data: Path) -> None:
    hub(data, "user", "add", "anna")
    (data / "hub.sqlite").write_bytes(b"nonsense" * 1000)
    (data / "secrets.json").write_text("nonsense")
    answer = hub(data, "doctor")
    assert answer.exit_code == 1
    assert "secrets.json is damaged. Put back a copy" in answer.output
    (data / "secrets.json").unlink()
    answer = hub(data, "doctor")
    assert "LOOK  the store can be opened\n      → Is the disk of" in answer.output
    for what in SEEN[2:]:
        assert what in answer.output, what


async def test_the_doctor_says_of_a_full_disk_what_still_can_be_said(tmp_path: Path) -> None:
    documents = Full(schema())
    said: list[str] = []
    async with stage(tmp_path, documents=documents) as made:
        documents.full = True
        code = await doctor.look_after(made.house.foundation, {}, said.append)
    assert code == 1
    text = "\n".join(said)
    assert "LOOK  the store takes writes\n      → Is the disk of" in text
    assert "(SQLITE_FULL: database or disk is full)" in text
    assert "ok    there is an administrator" in text
    assert "ok    an inbox is open" in text
    for what in SEEN:
        assert what in text, what


class Full(MemoryDocuments):
    """Can be read, not written."""

    full = False

    async def ping(self) -> None:
        """As the port."""
        if self.full:
            raise Unavailable("SQLITE_FULL: database or disk is full")


def test_a_restore_is_refused_while_somebody_has_the_data_open(data: Path, tmp_path: Path) -> None:
    hub(data, "user", "add", "anna")
    archive = tmp_path / "backup.tar.gz"
    hub(data, "backup", str(archive))
    before = sorted(path.name for path in data.iterdir())
    lock = hold(data)
    try:
        for arguments in (("restore", str(archive), "--yes"), ("user", "list"), ("backup", str(data / "b"))):
            answer = hub(data, *arguments)
            assert answer.exit_code == 1
            assert f"in use by process {os.getpid()}, which does not answer at control.sock" in answer.output
            assert sorted(path.name for path in data.iterdir()) == before
        answer = hub(data, "doctor")
        assert "LOOK  the store can be opened" in answer.output
        assert f"in use by process {os.getpid()}" in answer.output
    finally:
        lock.release()
    assert hub(data, "restore", str(archive), "--yes").exit_code == 0


@contextmanager
def somebody_else(folder: Path) -> Iterator[None]:
    """Be a user who may not enter the folder."""
    folder.chmod(0o000)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o700)


@pytest.mark.parametrize("nested", [False, True], ids=["the folder", "the one above it"])
def test_a_folder_that_one_may_not_enter_is_explained(data: Path, tmp_path: Path, nested: bool) -> None:
    hub(data, "user", "add", "anna")
    archive = tmp_path / "backup.tar.gz"
    hub(data, "backup", str(archive))
    hub(data, "check-config")
    closed = tmp_path if nested else data
    with somebody_else(closed):
        answers = [hub(data, "user", "list"), hub(data, "doctor"), hub(data, "check-config")]
    for answer in answers:
        assert answer.exit_code == 1, answer.output
        assert answer.exception is None or isinstance(answer.exception, SystemExit)
        assert f"HUB_DATA names {data}, w" in answer.output
    assert "run the command as the hub's user" in answers[0].output


def test_a_backup_brings_back_what_was_there(data: Path, tmp_path: Path) -> None:
    hub(data, "user", "add", "anna")
    archive = tmp_path / "backup.tar.gz"
    made = hub(data, "backup", str(archive))
    assert made.exit_code == 0
    assert archive.stat().st_mode & 0o077 == 0
    assert hub(data, "backup", str(archive)).exit_code == 1  # never over another one
    secrets = (data / "secrets.json").read_text()
    (data / "files" / "ab").mkdir()
    (data / "files" / "ab" / "f_later").write_text("later")
    hub(data, "user", "add", "later")
    restored = hub(data, "restore", str(archive), "--yes")
    assert restored.exit_code == 0, restored.output
    listed = hub(data, "user", "list").output
    assert "anna" in listed
    assert "later" not in listed
    assert (data / "secrets.json").read_text() == secrets
    assert not list((data / "files").rglob("f_later"))
    kept = next(data.glob("before-restore-*"))
    assert (kept / "hub.sqlite").is_file()
    assert (kept / "files" / "ab" / "f_later").is_file()
    other = tmp_path / "other"
    assert hub(other, "restore", str(archive), "--yes").exit_code == 0
    assert "anna" in hub(other, "user", "list").output


@pytest.mark.parametrize("damage", ["not a tar", "cut"])
def test_a_damaged_archive_changes_nothing(data: Path, tmp_path: Path, damage: str) -> None:
    hub(data, "user", "add", "anna")
    archive = tmp_path / "backup.tar.gz"
    hub(data, "backup", str(archive))
    content = archive.read_bytes()
    archive.write_bytes(b"hello" if damage == "not a tar" else content[: len(content) // 2])
    answer = hub(data, "restore", str(archive), "--yes")
    assert answer.exit_code == 1
    assert "damaged" in answer.output
    assert "anna" in hub(data, "user", "list").output
    assert not list(data.glob("restore*"))


def test_the_api_is_written_to_a_file(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "openapi.json"
    assert hub(data, "openapi", "--output", str(target)).exit_code == 0
    document = json.loads(target.read_text())
    assert document["openapi"].startswith("3.1")
    assert "/webchat/{inbox}/messages" in document["paths"]
    assert not data.exists()


def test_a_data_folder_that_is_a_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    answer = hub(tmp_path / "data", "user", "list")
    assert answer.exit_code == 1
    assert "HUB_DATA names" in answer.output
