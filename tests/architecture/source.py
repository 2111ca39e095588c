"""The product's source as the architecture tests see it: files, modules and their imports."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Who may import whom of ours (docs/architecture.md); every package may import itself.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "hub": frozenset(),
    "channels": frozenset({"hub"}),
    "routing": frozenset({"hub"}),
    "kb": frozenset({"hub"}),
    "tickets": frozenset({"hub"}),
    "outreach": frozenset({"hub"}),
    "quality": frozenset({"hub"}),
    "insight": frozenset({"hub"}),
    "chatbot": frozenset({"hub", "kb"}),
}
MAY_IMPORT["web"] = frozenset(MAY_IMPORT)
PACKAGES = frozenset(MAY_IMPORT)

# Folder packages that bear a name of the standard library; no module file may.
NAMED_LIKE_STANDARD = frozenset({"channels.email", "hub.http"})


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, or `module` and the `name` taken from it."""

    line: int
    module: str
    name: str = ""
    relative: bool = False

    @property
    def top(self) -> str:
        """The package it comes from."""
        return self.module.partition(".")[0]

    @property
    def target(self) -> str:
        """What is imported, dotted."""
        return f"{self.module}.{self.name}" if self.name else self.module


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file of the product."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def place(self) -> str:
        """Its path from the root, for messages."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def name(self) -> str:
        """Its dotted name; a package's is that of its folder."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def package(self) -> str:
        """The top-level package it belongs to."""
        return self.name.partition(".")[0]

    def imports(self) -> Iterator[Import]:
        """Every import in it, also those inside functions and under TYPE_CHECKING."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(node.lineno, alias.name)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield Import(node.lineno, node.module or "", alias.name, node.level > 0)


def read_module(path: Path) -> Module:
    """Parses one file."""
    text = path.read_text(encoding="utf-8")
    return Module(path, text, ast.parse(text, path.as_posix()))


@cache
def product_modules() -> tuple[Module, ...]:
    """Every Python file of the product."""
    return tuple(
        read_module(path)
        for package in sorted(PACKAGES)
        for path in sorted((ROOT / package).rglob("*.py"))
        if "node_modules" not in path.parts
    )


def present_packages() -> set[str]:
    """The top-level packages that exist already."""
    return {name for name in PACKAGES if (ROOT / name / "__init__.py").exists()}


def is_standard(name: str) -> bool:
    """Whether the standard library has a module of that name."""
    return name in sys.stdlib_module_names


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that is or would be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return tuple(sorted(path for path in paths if path.is_file()))
