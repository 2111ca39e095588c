"""The name under which the processes of one installation talk over Redis, kept in their store.

Redis knows no databases for publishing, and several installations may share a server: what one
says must not reach another. Not restored from a backup, so that the copy of a hub hears nothing
of the original.
"""

import secrets

from hub.documents import Collection, Documents, Duplicate

HINTS = Collection("hints")
_ID = "channel"


async def channel_of(documents: Documents) -> str:
    """The channel of the installation that has this store; made by whoever asks first."""
    while True:
        stored = await documents.get(HINTS.name, _ID)
        if stored is not None:
            return f"omnihub:{stored['name']}"
        try:
            await documents.insert(HINTS.name, {"id": _ID, "version": 1, "name": secrets.token_urlsafe(16)})
        except Duplicate:
            continue
