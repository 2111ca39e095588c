"""The web chat's own collections: who holds which token and who was vouched for; who looks after whom."""

from hub.documents import Collection, Index

VISITORS = "visitors"
WHEREABOUTS = "visitors_whereabouts"  # written only where several processes may serve

COLLECTIONS = (
    Collection(VISITORS, (Index("seen", ("seen_at",)),)),
    Collection(
        WHEREABOUTS,
        (
            Index("sockets", ("sockets",), many=True),
            Index("counting", ("counting",)),
            Index("at", ("at",)),
        ),
    ),
)
