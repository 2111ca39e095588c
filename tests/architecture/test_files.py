"""What no file of the project may hold, and what the project's own files must say."""

import importlib.metadata
import json
import os
import re
from pathlib import Path

import pytest
import yaml

from tests.architecture import audit, compose, links, locks
from tests.architecture.source import ROOT, project_files

# Written in parts, so that this file does not hold what it looks for.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("crates", "io"),
        ("proxy", "golang", "org"),
        ("maven", "org"),
        ("maven", "apache", "org"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
    ]
]
MACHINE_PATHS = [f"/work/{name}" for name in ("main", "shared", "notes", "steering")] + [
    "/work/" + ".",
    "/opt/" + "wheels",
]
BINARY = {".png", ".jpg", ".ico", ".woff2", ".wav", ".mp3", ".gz", ".pdf", ".xlsx"}


def lines_with(needles: list[str]) -> list[str]:
    """Where a file of the project holds one of the strings."""
    pattern = re.compile("|".join(re.escape(needle) for needle in needles))
    return [
        f"{path.relative_to(ROOT).as_posix()}:{number}"
        for path in project_files()
        if path.suffix not in BINARY and path != Path(__file__)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_registry() -> None:
    assert not lines_with(REGISTRY_HOSTS)


def test_no_file_names_a_path_of_this_machine() -> None:
    own = [str(ROOT)] if len(ROOT.parts) > 2 else []
    assert not lines_with([*MACHINE_PATHS, *own])


def test_no_file_is_a_link_out_of_the_project() -> None:
    assert not [path for path in project_files() if not path.resolve().is_relative_to(ROOT)]


def test_the_locks_fit_what_they_were_made_from() -> None:
    assert not list(locks.complaints(ROOT))


def test_a_lock_that_does_not_fit_is_noticed(tmp_path: Path) -> None:
    for name in locks.LOCKS:
        (tmp_path / f"{name}.in").write_text("thing>=2  # why\n")
        (tmp_path / f"{name}.lock").write_text("--index-url x\nthing==1.0 \\\n    --hash=md5:0\n")
    found = list(locks.complaints(tmp_path))
    assert [text for text in found if "does not fit thing>=2" in text]
    assert [text for text in found if "no hash" in text]
    assert [text for text in found if "come from" in text]


def test_the_product_needs_no_package_under_the_gpl() -> None:
    copyleft = re.compile(r"\b(A|L)?GPL|General Public License")
    found = {}
    for name in locks.pins((ROOT / "requirements.lock").read_text()):
        try:
            facts = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another platform
        named = [line for key in ("License-Expression", "Classifier") for line in facts.get_all(key) or []]
        if copyleft.search(" ".join(named)):
            found[name] = named
    assert not found


def test_links_in_the_documents_lead_somewhere() -> None:
    assert not [
        complaint for document in links.documents(ROOT) for complaint in links.broken_links(document, ROOT)
    ]


def test_a_link_to_nowhere_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# Über uns, kurz\n")
    document = tmp_path / "README.md"
    document.write_text(
        "[a](other.md) [b](other.md#über-uns-kurz) [c](https://example.org/x) `[d](gone.md)`\n"
        "[e](gone.md) [f](other.md#gone) [g](../../etc)\n"
    )
    found = list(links.broken_links(document, tmp_path))
    assert [text.split()[1] for text in found] == ["gone.md", "other.md#gone", "../../etc"]


def test_an_audit_that_skipped_a_package_fails() -> None:
    looked_up = {"name": "a", "version": "1", "vulns": []}
    skipped = {"name": "b", "skip_reason": "the index did not answer"}
    assert not audit.complaints(json.dumps({"dependencies": [looked_up]}))
    assert audit.complaints(json.dumps({"dependencies": [looked_up, skipped]}))
    assert audit.complaints(json.dumps({"dependencies": []}))


def test_compose_holds_no_secret_and_checks_the_health_of_every_service() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    for name, service in services.items():
        assert "healthcheck" in service or service.get("restart") == "no", name
        for setting, value in service.get("environment", {}).items():
            secret = re.search(r"(PASSWORD|SECRET|KEY|KEYFILE|URI|URL)$", setting)
            if secret and "password" in str(value).lower():
                assert re.search(r"\$\{\w+:\?", str(value)), f"{name}: {setting}"


def test_compose_passes_every_setting_on() -> None:
    assert not list(compose.complaints(ROOT))


def test_a_setting_that_compose_keeps_back_is_noticed(tmp_path: Path) -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    text = text.replace('      HUB_LOG_LEVEL: "${HUB_LOG_LEVEL:-info}"\n', "")
    text = text.replace("${HUB_SESSION_HOURS:-168}", "${HUB_SESSION_HOURS:-24}")
    text = text.replace('"${HUB_DRAIN_SECONDS:-8}"', "8")
    (tmp_path / "compose.yaml").write_text(text, encoding="utf-8")
    assert [complaint.split()[0] for complaint in compose.complaints(tmp_path)] == [
        "HUB_LOG_LEVEL",
        "HUB_DRAIN_SECONDS",
        "HUB_SESSION_HOURS",
    ]


@pytest.mark.parametrize("place", [".ci/run", "tests/parts/install"])
def test_scripts_can_be_run(place: str) -> None:
    assert os.access(ROOT / place, os.X_OK)
