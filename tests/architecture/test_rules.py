"""Every module of the product keeps every rule, and every rule catches what it is there for."""

import ast
import email
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture import rules
from tests.architecture.source import (
    MAY_IMPORT,
    PACKAGES,
    ROOT,
    Module,
    present_packages,
    product_modules,
)

Rule = Callable[[Module], Iterator[str]]


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_every_module_of_the_product_keeps(rule: Rule) -> None:
    complaints = [one for module in product_modules() for one in rule(module)]
    assert not complaints, "\n" + "\n".join(complaints)


BREACHES: list[tuple[Rule, str, str]] = [
    (rules.forbidden_imports, "hub/thing.py", "import routing.queues"),
    (rules.forbidden_imports, "hub/thing.py", "def f():\n    from web.app import app"),
    (rules.forbidden_imports, "routing/thing.py", "from channels.sms import wire"),
    (rules.forbidden_imports, "kb/thing.py", "from chatbot import flows"),
    (rules.forbidden_imports, "web/thing.py", "import tests.fakes"),
    (rules.imports_between_channels, "channels/sms/thing.py", "import channels.voice.wire"),
    (rules.imports_between_channels, "channels/sms/thing.py", "from channels import voice"),
    (rules.imports_between_channels, "channels/sms/thing.py", "from channels import registry"),
    (rules.frameworks_in_the_hub, "hub/delivery.py", "import pymongo"),
    (rules.frameworks_in_the_hub, "hub/settings_page.py", "import pydantic"),
    (rules.relative_imports, "hub/thing.py", "from . import events"),
    (rules.relative_imports, "hub/thing.py", "from .events import Event"),
    (rules.imports_hiding_the_standard_library, "web/thing.py", "from channels import email"),
    (rules.imports_hiding_the_standard_library, "web/thing.py", "from hub import http as h"),
    (rules.named_like_the_standard_library, "hub/email.py", ""),
    (rules.named_like_the_standard_library, "hub/queue/__init__.py", ""),
    (rules.comparisons_with_a_channel, "routing/thing.py", "x == 'voice'"),
    (rules.comparisons_with_a_channel, "routing/thing.py", "x in ('a', 'sms')"),
    (rules.comparisons_with_a_channel, "hub/thing.py", "match x:\n    case 'email': pass"),
    (rules.missing_docstring, "hub/thing.py", "x = 1"),
    (rules.too_long, "hub/thing.py", "\n" * 501),
    (rules.tools_of_the_tests, "hub/thing.py", "import secantusdb"),
]

ALLOWED: list[tuple[Rule, str, str]] = [
    (rules.forbidden_imports, "routing/thing.py", "from hub.events import Event"),
    (rules.forbidden_imports, "chatbot/thing.py", "import kb.index"),
    (rules.imports_between_channels, "channels/registry.py", "import channels.voice.adapter"),
    (rules.imports_between_channels, "channels/sms/adapter.py", "import channels.sms.wire"),
    (rules.frameworks_in_the_hub, "hub/mongo/documents.py", "import pymongo"),
    (rules.frameworks_in_the_hub, "hub/events.py", "import msgspec, structlog, asyncio"),
    (rules.imports_hiding_the_standard_library, "web/thing.py", "import channels.email.adapter"),
    (rules.imports_hiding_the_standard_library, "web/thing.py", "from email import message"),
    (rules.named_like_the_standard_library, "channels/email/__init__.py", ""),
    (rules.comparisons_with_a_channel, "channels/thing.py", "x == 'voice'"),
    (rules.too_long, "hub/thing.py", "\n" * 500),
]


def module(place: str, text: str) -> Module:
    return Module(ROOT / Path(place), text, ast.parse(text))


@pytest.mark.parametrize(("rule", "place", "text"), BREACHES)
def test_a_breach_is_caught(rule: Rule, place: str, text: str) -> None:
    assert list(rule(module(place, text)))


@pytest.mark.parametrize(("rule", "place", "text"), ALLOWED)
def test_what_is_allowed_is_left_alone(rule: Rule, place: str, text: str) -> None:
    assert not list(rule(module(place, text)))


def test_email_is_the_standard_one() -> None:
    assert email.__file__ is not None
    assert Path(email.__file__).parent.parent == Path(ast.__file__).parent


def test_the_root_comes_after_the_standard_library_on_the_path() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.path, sep='\\n')"],
        env={"PYTHONSAFEPATH": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    path = answer.stdout.splitlines()
    assert path.index(str(Path(ast.__file__).parent)) < path.index(str(ROOT))


def test_import_linter_watches_every_package_there_is() -> None:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    watched = configuration["tool"]["importlinter"]["root_packages"]
    assert set(watched) == present_packages()


def test_every_package_has_its_line_in_the_table() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert folders <= PACKAGES, "add it to MAY_IMPORT and to docs/architecture.md"
    assert all(allowed <= PACKAGES for allowed in MAY_IMPORT.values())
