"""What each migration does. Plain documents as they were then: the program's own types have moved on."""

from collections.abc import AsyncIterator

from hub.documents import EVERYTHING, Changed, Document, Documents, Duplicate, Equal, Json

_PAGE = 200


async def calendars_of_inboxes(documents: Documents) -> None:
    """1: an inbox had its hours in itself; now it names a calendar, made from them and called like it."""
    async for inbox in _all(documents, "inboxes"):
        while isinstance(inbox.get("hours"), dict):
            calendar = f"k_{inbox['id']}"  # the same when it is begun anew
            await _insert(documents, "calendars", await _calendar(documents, inbox, calendar))
            version = inbox["version"]
            assert isinstance(version, int)  # noqa: S101 - every document has one
            changed: Document = {**inbox, "hours": calendar, "version": version + 1}
            try:
                await documents.put_if("inboxes", changed, version=version)
                break
            except Changed:  # another process does the same
                again = await documents.get("inboxes", str(inbox["id"]))
                if again is None:
                    break
                inbox = again


async def _calendar(documents: Documents, inbox: Document, id: str) -> Document:
    hours = inbox["hours"]
    assert isinstance(hours, dict)  # noqa: S101 - asked by the caller
    days = hours.get("days")
    special: list[Json] = [
        {"first": day, "last": day, "name": "", "spans": spans}
        for day, spans in sorted((days if isinstance(days, dict) else {}).items())
    ]
    return {
        "id": id,
        "version": 1,
        "organisation": inbox["organisation"],
        "name": await _free_name(documents, inbox, id),
        "timezone": hours.get("timezone", "Asia/Shanghai"),
        "week": hours["week"],
        "special": special,
        "follows": None,
        "on_holidays": [],
        "makeup_as": 0,
    }


async def _free_name(documents: Documents, inbox: Document, id: str) -> str:
    page = await documents.find("calendars", Equal("organisation", str(inbox["organisation"])), limit=1000)
    taken = {str(one["name"]).strip().casefold() for one in page.items if one["id"] != id}
    wanted, number = str(inbox["name"])[:56].strip(), 1
    name = wanted
    while name.casefold() in taken:
        number += 1
        name = f"{wanted} {number}"
    return name


async def _insert(documents: Documents, collection: str, document: Document) -> None:
    try:
        await documents.insert(collection, document)
    except Duplicate:  # a run that was cut, or another process, has done it
        return


async def _all(documents: Documents, collection: str) -> AsyncIterator[Document]:
    """Every document, in pages along the id; each may be changed meanwhile."""
    cursor: str | None = None
    while True:
        page = await documents.find(collection, EVERYTHING, sort=("id",), limit=_PAGE, after=cursor)
        for document in page.items:
            yield document
        cursor = page.next
        if cursor is None:
            return
