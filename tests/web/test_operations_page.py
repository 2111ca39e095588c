"""docs/operations.md says what the program does: its settings and its commands."""

import re
from pathlib import Path

import click

from hub.settings import Settings
from web.cli import main

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    table = PAGE[PAGE.index("## Settings") : PAGE.index("## Behind a proxy")]
    rows = [line.split("|")[1:3] for line in table.splitlines() if line.startswith("| `HUB_")]
    documented = {
        name: default.strip(" `") for names, default in rows for name in re.findall(r"HUB_\w+", names)
    }
    settings = Settings()
    assert documented.keys() == {f"HUB_{name.upper()}" for name in Settings.model_fields}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        shown = documented[f"HUB_{name.upper()}"]
        if isinstance(value, bool):
            assert shown == str(int(value)), name
        elif isinstance(value, tuple):
            assert shown == ",".join(value), name
        elif isinstance(value, int | float):
            assert float(shown) == float(value), name
        elif value is not None:
            assert shown.removeprefix("./") == str(value), name


def test_the_commands_it_names_exist() -> None:
    for words in re.findall(r"`hub ([a-z][a-z -]*?)(?:`| [A-Z/-])", PAGE):
        command: click.Command = main
        for word in words.split():
            if isinstance(command, click.Group):
                assert word in command.commands, words
                command = command.commands[word]
