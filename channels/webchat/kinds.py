"""What a file is, by its content: the names people give to files are not believed."""

from types import MappingProxyType
from typing import Literal

import filetype

Media = Literal["image", "audio", "file"]
HEAD = 8_192  # bytes that are enough to recognise a file

# Every type that can be recognised, and how it is shown.
KINDS: MappingProxyType[str, Media] = MappingProxyType(
    {
        "image/png": "image",
        "image/jpeg": "image",
        "image/gif": "image",
        "image/webp": "image",
        "audio/mpeg": "audio",
        "audio/mp4": "audio",
        "audio/ogg": "audio",
        "audio/x-wav": "audio",
        "audio/aac": "audio",
        "audio/amr": "audio",
        "video/mp4": "file",
        "application/pdf": "file",
        "application/msword": "file",
        "application/vnd.ms-excel": "file",
        "application/vnd.ms-powerpoint": "file",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "file",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "file",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": "file",
        "application/zip": "file",
        "text/plain": "file",
        "text/csv": "file",
    }
)
DEFAULT_TYPES = tuple(kind for kind in KINDS if kind != "application/zip")
INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_SAME = {"audio/m4a": "audio/mp4", "audio/x-m4a": "audio/mp4", "audio/wav": "audio/x-wav"}
_TEXTS = {"txt": "text/plain", "csv": "text/csv", "log": "text/plain", "md": "text/plain"}


def kind_of(head: bytes, name: str) -> str | None:
    """The media type of a file that begins with ``head`` (up to HEAD bytes); None: not one of ours.

    Text has no signature: it is text where it decodes, and then the name may say which.
    """
    guess = filetype.guess_mime(head)
    if guess is not None:
        known = _SAME.get(guess, guess)
        return known if known in KINDS else None
    if not head or b"\x00" in head or not _is_text(head):
        return None
    return _TEXTS.get(name.rpartition(".")[2].lower(), "text/plain")


def _is_text(head: bytes) -> bool:
    for encoding, character in (("utf-8", 4), ("gb18030", 4)):
        for cut in range(character):  # the last character may be cut in two
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False


def clean_name(name: str) -> str:
    """A file's name without folders, control characters and what confuses people, at most 120 long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*\u202e\u202d').strip(" .")
    if len(kept) > 120:
        stem, dot, ending = kept.rpartition(".")
        kept = f"{stem[: 119 - len(ending)]}{dot}{ending}" if dot and len(ending) < 20 else kept[:120]
    return kept or "file"
