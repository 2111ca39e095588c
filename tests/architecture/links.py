"""Whether the links in README.md and docs/ lead somewhere: `python -m tests.architecture.links`.

Only links inside the project are followed, to files and to headings.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from tests.architecture.source import ROOT

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
CODE = re.compile(r"^(```|~~~).*?^\1\s*$|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def documents(root: Path) -> list[Path]:
    """Every Markdown file at the root and under docs/."""
    return sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")])


def anchors_of(document: Path) -> set[str]:
    """The anchors that headings get: lower case, spaces to dashes, punctuation dropped."""
    text = document.read_text(encoding="utf-8")
    headings = HEADING.findall(re.sub(r"^(```|~~~).*?^\1\s*$", "", text, flags=re.MULTILINE | re.DOTALL))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def broken_links(document: Path, root: Path) -> Iterator[str]:
    """Links of one document that lead nowhere."""
    text = document.read_text(encoding="utf-8")
    for target in LINK.findall(CODE.sub("", text)):
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        leads_to = (document.parent / path).resolve() if path else document
        place = document.relative_to(root).as_posix()
        if not leads_to.is_relative_to(root) or not leads_to.exists():
            yield f"{place}: {target} is not there"
        elif anchor and leads_to.suffix == ".md" and anchor not in anchors_of(leads_to):
            yield f"{place}: {target} has no such heading"


if __name__ == "__main__":
    read = documents(ROOT)
    found = [complaint for document in read for complaint in broken_links(document, ROOT)]
    print("\n".join(found) or f"All links in {len(read)} documents lead somewhere.")
    sys.exit(bool(found))
