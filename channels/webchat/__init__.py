"""Web chat: the widget on a company's pages and the full-page chat, by a documented protocol.

``docs/channels/webchat.md`` is the protocol. Customers here are anonymous until a page of the
company vouches for them; delivery is by cursor, so a socket only ever carries hints.
"""
