"""Whether a customer is there, and whether he types: what sockets and calls say of it."""

from channels.webchat.departures import Departures
from channels.webchat.lobby import Lobby
from channels.webchat.visitors import Caller, Visitor
from hub.entries import Actor
from hub.events import Bus, Typing
from hub.ids import ConversationId


class Presence:
    """Signs of life. A socket is one that lasts; a call is one for as long as a cut may take."""

    def __init__(self, lobby: Lobby, departures: Departures, bus: Bus) -> None:
        """``lobby`` knows the sockets, ``departures`` counts the time without any."""
        self._lobby = lobby
        self._departures = departures
        self._bus = bus

    def called(self, caller: Caller) -> None:
        """A customer without a socket has called: his time begins anew."""
        visitor = caller.visitor
        if visitor is not None and not self._lobby.present((visitor.inbox, visitor.address)):
            after = caller.settings.gone_after
            self._departures.went(visitor.inbox, visitor.address, visitor.contact, after=after)

    def typing(self, conversation: ConversationId, visitor: Visitor, *, on: bool) -> None:
        """He types, or stopped."""
        self._bus.publish(Typing(conversation, Actor.CONTACT.value, visitor.contact, on))
