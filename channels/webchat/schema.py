"""The web chat's own collection: who holds which token, and who was vouched for."""

from hub.documents import Collection, Index

VISITORS = "visitors"

COLLECTIONS = (Collection(VISITORS, (Index("seen", ("seen_at",)),)),)
