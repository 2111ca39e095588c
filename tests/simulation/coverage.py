"""Which situations the schedules must have reached, or they prove nothing."""

from collections import Counter

SITUATIONS = (
    *(
        f"entry {kind}"
        for kind in [
            "message",
            "note",
            "queued",
            "offered",
            "offer_ended",
            "assigned",
            "released",
            "snoozed",
            "woken",
            "left",
            "returned",
            "rated",
            "closed",
            "continued",
        ]
    ),
    *(f"assigned: {how}" for how in ("accept", "pull", "transfer", "reopen")),
    *(f"offer_ended: {reason}" for reason in ("declined", "expired", "gone")),
    *(f"closed: {reason}" for reason in ("done", "left", "idle", "bot")),
    *(f"message by {who}" for who in ("contact", "agent", "bot", "system")),
    "queued by bot",
    "bot fails",
    "bot names a queue that is not there",
    "note: bot_no_queue",
    "note: erased",
    "left, and closed by the house",
    "queued by agent",
    "message reopens what was closed",
    "message reopens what was snoozed",
    "after-contact work begins",
    "after-contact work ends",
    "first owner",
    "take-over",
    "offer adopted",
    "agent gone",
    "agent not responding",
    "sign-out",
    "agent heard again by his beat",
    "agent moves to other queues",
    "words erased",
    "desk cut",
    "desk connected",
    "desk rings",
    *(
        f"refused: {code}"
        for code in [
            "agent_away",
            "no_room",
            "not_yours",
            "not_waiting",
            "not_closed",
            "gone",
            "unseen",
            "continued",
            "closed",
        ]
    ),
    *(f"delivery {status}" for status in ("started", "sent", "delivered", "failed", "unknown")),
    "delivery replayed by a person",
    "channel not plugged in",
    "channel answers just when it was given up",
    "doubled, and recognised",
    "message arrives late",
    *(
        f"sending: {how}"
        for how in ["done", "OutcomeUnknown", "ChannelUnavailable", "RateLimited", "Rejected"]
    ),
    "slow answer",
    "somebody crosses a write",
    "refused before effect",
    "lost after its effect",
    "lost without effect",
    "lost, may come later",
    "late effect",
    "late effect refused",
    "answer unknown to the sender",
    "answer lost on its way to the sender",
    "crash",
    "process stopped",
    "wall clock jumps",
    "store away",
    "house away for an hour",
    "came to rest",
)


def missing(seen: Counter[str]) -> list[str]:
    """The situations that no schedule reached."""
    return [one for one in SITUATIONS if not seen[one]]


def table(seen: Counter[str]) -> str:
    """How often each situation was reached, in columns."""
    rows = [f"{name:<34}{seen[name]:>9}" for name in sorted(set(seen) | set(SITUATIONS))]
    half = (len(rows) + 1) // 2
    right = [*rows[half:], ""]
    return "\n".join(f"  {a}   {b}".rstrip() for a, b in zip(rows[:half], right, strict=False))
