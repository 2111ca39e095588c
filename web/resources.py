"""The REST API's resources, put together."""

from dataclasses import dataclass

from hub.conversations import Conversations
from hub.erasure import Erasure
from hub.places import QueuePlaces
from hub.receipts import Receipts
from web.api.agents import AgentsApi
from web.api.calendars import CalendarsApi
from web.api.contacts import ContactsApi
from web.api.conversations import ConversationsApi
from web.api.deliveries import DeliveriesApi
from web.api.directory import directory
from web.api.files import FilesApi
from web.api.routing import RoutingApi
from web.api.rules import Around, RulesApi
from web.api.session import SessionApi
from web.api.users import UsersApi
from web.api.verbs import VerbsApi
from web.files import Files
from web.foundation import Foundation
from web.identity import Gate
from web.marks import StaffMarks
from web.operations import Operation, Resource
from web.presenting import Names, Presenter
from web.routing_view import RoutingView
from web.sight import Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the API needs besides the foundation."""

    gate: Gate
    names: Names
    places: QueuePlaces
    presenter: Presenter
    conversations: Conversations
    receipts: Receipts
    erasure: Erasure
    files: Files


def operations(foundation: Foundation, tools: Tools) -> list[Operation]:
    """Every operation of the API."""
    f, sight = foundation, Sight(foundation.documents)
    resources: list[Resource] = [
        SessionApi(f.accounts, f.sessions, f.agents, tools.gate, settings=f.settings, clock=f.clock),
        ConversationsApi(
            f.documents,
            sight=sight,
            presenter=tools.presenter,
            marks=StaffMarks(f.documents, f.clock, f.bus),
            contacts=f.contacts,
            queues=f.queues,
        ),
        VerbsApi(
            tools.conversations,
            tools.erasure,
            sight=sight,
            presenter=tools.presenter,
            files=tools.files,
            skills=f.skills,
            channels=f.configured,
            clock=f.clock,
        ),
        FilesApi(tools.files, sight),
        ContactsApi(f.contacts),
        AgentsApi(f.agents, f.queues, f.skills, f.break_reasons, tools.presenter),
        DeliveriesApi(tools.receipts),
        UsersApi(f.accounts, f.sessions, f.agents),
        CalendarsApi(f.calendars, f.public, f.clock),
        RulesApi(f.rules, Around(book=f.rulebook, inboxes=f.inboxes, queues=f.queues, contacts=f.contacts)),
        RoutingApi(
            f.documents,
            view=RoutingView(
                f.documents,
                agents=f.agents,
                plans=f.plans,
                names=tools.names,
                places=tools.places,
                clock=f.clock,
            ),
            plans=f.plans,
            queues=f.queues,
            settings=f.routing_settings,
            sight=sight,
            presenter=tools.presenter,
            names=tools.names,
        ),
        *directory(f.queues, f.skills, f.canned_replies, f.dispositions, f.break_reasons, f.inboxes),
    ]
    return [operation for resource in resources for operation in resource.operations()]
