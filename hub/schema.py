"""The hub's own collections and every index they need."""

from hub.calendars import CALENDARS
from hub.documents import Collection, Equal, Exists, Index
from hub.migrations import META

ENTRIES = Collection(
    "entries",
    (
        Index("place", ("conversation", "seq"), unique=True),
        Index("client_id", ("by.kind", "by.id", "client_id"), unique=True, where=Exists("client_id")),
        Index("external_id", ("inbox", "external_id"), unique=True, where=Exists("external_id")),
        Index("to_project", ("conversation", "seq"), where=Exists("todo.project")),
        Index("to_deliver", ("inbox", "address", "generation", "seq"), where=Exists("todo.deliver")),
        Index("to_answer", ("conversation", "seq"), where=Exists("todo.bot")),
    ),
)
THREADS = Collection("threads", (Index("contact", ("contact",)),))
CONVERSATIONS = Collection(
    "conversations",
    (
        # A list is merged from a few walks, one for each state. So each index begins with who is asked
        # about and ends with the order that is shown, and none begins with a state: SQLite would take
        # it for an agent's or a contact's list and walk over the whole house. Every message moves its
        # conversation in all of them, so there is one only where no other serves.
        Index("mine", ("agent", "updated_at")),
        Index("handled", ("last_agent", "updated_at")),
        Index("asleep", ("last_agent", "updated_at"), where=Exists("snoozed_until")),
        Index("waiting", ("queue", "state", "waiting_since")),
        Index("queue", ("queue", "state", "updated_at")),
        Index("contact", ("contact", "state", "updated_at")),
        Index("contact_queue", ("contact", "queue", "updated_at")),
        Index("contact_agent", ("contact", "last_agent", "updated_at")),
        Index("state", ("organisation", "state", "updated_at")),
        Index("group", ("group", "waiting_since"), where=Equal("state", "waiting")),
        Index("snoozed", ("state", "snoozed_until"), where=Exists("snoozed_until")),
    ),
)
AGENTS = Collection(
    "agents", (Index("groups", ("groups",), many=True), Index("queues", ("queues",), many=True))
)
LEASES = Collection("leases")
BEATS = Collection("beats", (Index("at", ("at",)),))
DELIVERIES = Collection("deliveries", (Index("status", ("organisation", "status", "at")),))
TIMERS = Collection("timers", (Index("due", ("due",)),))
MARKS = Collection("marks")
CONTACTS = Collection(
    "contacts",
    (
        Index("name", ("organisation", "name")),
        Index("updated", ("organisation", "updated_at")),
        Index("keys", ("keys",), many=True),
    ),
)
INBOXES = Collection("inboxes", (Index("channel", ("organisation", "channel")),))
FILES = Collection(
    "files",
    (
        Index("conversation", ("conversation",)),
        Index("unsent", ("unsent_since",), where=Exists("unsent_since")),
    ),
)
CANNED_REPLIES = Collection("canned_replies", (Index("shortcut", ("organisation", "shortcut"), unique=True),))
DISPOSITIONS = Collection("dispositions", (Index("organisation", ("organisation",)),))
BREAK_REASONS = Collection("break_reasons", (Index("organisation", ("organisation",)),))

COLLECTIONS = (
    ENTRIES,
    THREADS,
    CONVERSATIONS,
    AGENTS,
    LEASES,
    BEATS,
    DELIVERIES,
    TIMERS,
    MARKS,
    CONTACTS,
    INBOXES,
    FILES,
    CANNED_REPLIES,
    DISPOSITIONS,
    BREAK_REASONS,
    CALENDARS,
    META,
)
