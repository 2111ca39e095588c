"""The rules of the house as pure functions: a module in, complaints out."""

import ast
from collections.abc import Iterator

from tests.architecture.source import (
    MAY_IMPORT,
    NAMED_LIKE_STANDARD,
    PACKAGES,
    Module,
    is_standard,
)

CHANNEL_NAMES = frozenset({"webchat", "email", "sms", "wechat", "telegram", "voice"})
MAY_NAME_CHANNELS = frozenset({"channels", "web"})
HUB_ANYWHERE = frozenset({"msgspec", "structlog"})
HUB_ADAPTERS = ("hub.sqlite", "hub.mongo", "hub.redis", "hub.blobs", "hub.http", "hub.settings")
REGISTRY = "channels.registry"
LONGEST_FILE = 500


def forbidden_imports(module: Module) -> Iterator[str]:
    """Imports against the table: of a package that is outside, of `web`, of the tests."""
    for found in module.imports():
        if found.top == "tests":
            yield f"{module.place}:{found.line} imports the tests"
        elif found.top in PACKAGES - MAY_IMPORT[module.package] - {module.package}:
            yield f"{module.place}:{found.line} {module.package} may not import {found.target}"


def imports_between_channels(module: Module) -> Iterator[str]:
    """A channel that imports another one, or anything but `web` that imports the registry."""
    own = channel_of(module.name)
    for found in module.imports():
        other = channel_of(found.target)
        if found.target.startswith(REGISTRY) and module.package != "web":
            yield f"{module.place}:{found.line} only web imports {REGISTRY}"
        elif own and other and own != other and module.name != REGISTRY:
            yield f"{module.place}:{found.line} channel {own} imports channel {other}"


def channel_of(name: str) -> str:
    """The channel folder a dotted name lies in, or nothing."""
    package, _, rest = name.partition(".")
    return rest.partition(".")[0] if package == "channels" else ""


def frameworks_in_the_hub(module: Module) -> Iterator[str]:
    """Third-party packages in hub/ outside its adapters and settings."""
    if module.package != "hub" or lies_in(module.name, HUB_ADAPTERS):
        return
    for found in module.imports():
        ours = found.top in PACKAGES or found.relative
        if not ours and not is_standard(found.top) and found.top not in HUB_ANYWHERE:
            yield f"{module.place}:{found.line} {found.top} belongs in an adapter of the hub"


def lies_in(name: str, packages: tuple[str, ...]) -> bool:
    """Whether a dotted name is one of the packages or lies below one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def relative_imports(module: Module) -> Iterator[str]:
    """`from . import x`: which module is meant must not depend on where the line stands."""
    for found in module.imports():
        if found.relative:
            yield f"{module.place}:{found.line} relative import"


def imports_hiding_the_standard_library(module: Module) -> Iterator[str]:
    """`from channels import email`: binds a name that everybody reads as the standard one."""
    for found in module.imports():
        if found.top in PACKAGES and found.target in NAMED_LIKE_STANDARD and found.name:
            yield f"{module.place}:{found.line} write the whole name of {found.target}"


def named_like_the_standard_library(module: Module) -> Iterator[str]:
    """Module files, and folders not listed, that bear a standard module's name."""
    is_folder = module.path.name == "__init__.py"
    last = module.name.rpartition(".")[2]
    if is_standard(last) and not (is_folder and module.name in NAMED_LIKE_STANDARD):
        yield f"{module.place} is named like the standard module {last}"


def comparisons_with_a_channel(module: Module) -> Iterator[str]:
    """`kind == "voice"` outside channels/ and web/: ask for the capability instead."""
    if module.package in MAY_NAME_CHANNELS:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            sides = [node.value]
        else:
            continue
        for name in sorted({text for side in sides for text in texts_of(side)} & CHANNEL_NAMES):
            yield f"{module.place}:{node.lineno} compares with the channel name {name!r}"


def texts_of(node: ast.expr) -> Iterator[str]:
    """The string constants of an expression: itself, or the members of a tuple, list or set."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        for member in node.elts:
            yield from texts_of(member)


def missing_docstring(module: Module) -> Iterator[str]:
    """A module that does not say what it is for."""
    if not ast.get_docstring(module.tree):
        yield f"{module.place} has no docstring"


def too_long(module: Module) -> Iterator[str]:
    """A file that does not fit in one sitting: split it by concept."""
    lines = module.text.count("\n")
    if lines > LONGEST_FILE:
        yield f"{module.place} has {lines} lines; {LONGEST_FILE} are the most"


def tools_of_the_tests(module: Module) -> Iterator[str]:
    """The tests' tools, some under the GPL, which the product must run without."""
    for found in module.imports():
        if found.top in {"pytest", "secantusdb", "secantus", "hypothesis", "playwright"}:
            yield f"{module.place}:{found.line} imports {found.top}, which only tests have"


RULES = (
    forbidden_imports,
    imports_between_channels,
    frameworks_in_the_hub,
    relative_imports,
    imports_hiding_the_standard_library,
    named_like_the_standard_library,
    comparisons_with_a_channel,
    missing_docstring,
    too_long,
    tools_of_the_tests,
)
