"""Whether compose.yaml passes every setting on, with the program's own default.

Run it: `python -m tests.architecture.compose`.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from hub.settings import PREFIX, Settings, SettingsProblem, load
from tests.architecture.source import ROOT

OF_THE_IMAGE = {"HUB_HOST", "HUB_PORT", "HUB_ROUTER_PORT", "HUB_DATA"}  # in the Dockerfile, to fit its ports
MADE_HERE = {"HUB_MONGODB_URI"}  # from MONGODB_PASSWORD
PASSED_ON = re.compile(r"\$\{(?P<name>\w+):-(?P<default>[^}]*)\}")


def complaints(root: Path) -> Iterator[str]:
    """Settings that compose.yaml does not pass on, passes under another name, or with another default."""
    compose = yaml.safe_load((root / "compose.yaml").read_text(encoding="utf-8"))
    given: dict[str, object] = compose["services"]["hub"]["environment"]
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in sorted(known - OF_THE_IMAGE - given.keys()):
        yield f"{name} is not passed on"
    for name in sorted(given.keys() - known):
        yield f"{name} is no setting"
    for name in sorted(given.keys() & OF_THE_IMAGE):
        yield f"{name} is the image's: it must stay as it is there"
    defaults = {}
    for name in sorted((given.keys() & known) - OF_THE_IMAGE - MADE_HERE):
        passed = PASSED_ON.fullmatch(str(given[name]))
        if passed is None or passed["name"] != name:
            yield f"{name} must be ${{{name}:-default}}, so that .env can name it"
        else:
            defaults[name] = passed["default"]
    try:
        loaded, own = load(defaults), Settings()
    except SettingsProblem as error:
        yield from error.problems
        return
    for name in defaults:
        field = name.removeprefix(PREFIX).lower()
        if getattr(loaded, field) != getattr(own, field):
            yield f"{name} has the default {defaults[name]!r}, the program's is {getattr(own, field)!r}"


if __name__ == "__main__":
    found = list(complaints(ROOT))
    print("\n".join(found) or "compose.yaml passes every setting on, with the program's defaults.")
    sys.exit(bool(found))
