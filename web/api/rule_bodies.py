"""Routing rules as the API takes and gives them."""

from typing import Annotated, Any

from pydantic import Field

from hub.contacts import MOST_ATTRIBUTES
from hub.register import MOST
from routing.conditions import Field as Subject
from routing.conditions import Op
from web.api.contacts import AttributeName
from web.api.registers import Version
from web.operations import Body, Given, Id, optional, printable

Name = Annotated[str, printable(60, 1)]
Text = Annotated[str, printable(1_000)]
Number = Annotated[float, Field(ge=-(10**12), le=10**12)]
Whole = Annotated[int, Field(ge=-(2**53), le=2**53)]
Values = Annotated[list[Text | Whole | Number], Field(max_length=100)]
Value = bool | Whole | Number | Text | Values | None
Key = Annotated[str, printable(80, 1)]
Priority = Annotated[int, Field(ge=0, le=10)]
Levels = Annotated[dict[Id, Annotated[int, Field(ge=1, le=10)]], Field(max_length=20)]
InboxIds = Annotated[list[Id], Field(max_length=100)]
ChannelKind = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
Attributes = Annotated[dict[AttributeName, bool | Whole | Number | Text], Field(max_length=MOST_ATTRIBUTES)]


class ConditionBody(Body):
    """One thing that must be so. Which operators fit which field, and their values: see the description.

    *channel*, *inbox*, *language* (zh is also zh-CN): is, is_not a text; contains_any (is one of),
    matches_none a list. *text*, *page*: is, is_not, contains, starts_with a text; contains_any,
    matches_none a list of texts; width and case do not matter. *contact*: the same of the field
    ``key`` (``unverified.`` before it: what the customer's client claims), also numbers and
    booleans, at_least a number, between [from, to]. *hours*: open, closed a calendar's id. *hour*:
    between [from, to) of 0 to 24, also over midnight, at_least an hour. *weekday*, 0 Monday to 6: is,
    is_not, contains_any, matches_none, between [from, to]. *vip*: is, is_not a boolean.
    """

    field: Subject
    op: Op
    value: Value = None
    key: Key | None = None


class ThenBody(Body):
    """What the rule says; null: nothing of it. ``skills`` are demanded instead of the queue's own."""

    queue: Id | None = None
    skills: Levels | None = None
    priority: Priority | None = None
    vip: bool | None = None


Conditions = Annotated[list[ConditionBody], Field(max_length=20)]


class RuleNew(Body):
    """A rule to be made; it comes after all others. No inboxes: every inbox. No conditions: always."""

    name: Name
    enabled: bool = True
    inboxes: InboxIds = Field(default_factory=list)
    when: Conditions = Field(default_factory=list)
    then: ThenBody = Field(default_factory=ThenBody)
    stop: bool = True


class RuleChange(Body):
    """What changes of a rule; ``when`` and ``then`` as a whole. Its place is changed by the order."""

    version: Version
    name: Name = optional()
    enabled: bool = optional()
    inboxes: InboxIds = optional()
    when: Conditions = optional()
    then: ThenBody = optional()
    stop: bool = optional()


class ConditionGiven(Given):
    """One condition."""

    field: str
    op: str
    value: Any
    key: str | None


class ThenGiven(Given):
    """What a rule, or rules together, say; null: nothing of it."""

    queue: str | None
    skills: dict[str, int] | None
    priority: int | None
    vip: bool | None


class RuleGiven(Given):
    """A rule. Where it holds and stops, those after it are not looked at."""

    id: str
    version: int
    name: str
    enabled: bool
    position: int
    inboxes: list[str]
    when: list[ConditionGiven]
    then: ThenGiven
    stop: bool


class RuleWarning(Given):
    """Something is odd about a rule. *never_reached*: ``by`` is the rule that always stops before it."""

    rule: str
    code: str
    by: str


class RuleList(Given):
    """Every rule, in the order in which they are looked at."""

    items: list[RuleGiven]
    warnings: list[RuleWarning]


class RuleOrder(Body):
    """The ids of all rules, in the order in which they are to be looked at."""

    rules: Annotated[list[Id], Field(max_length=MOST)]


class RuleTrial(Body):
    """A conversation that might begin.

    ``inbox`` says the channel, too. ``contact``: one that is stored; ``vip`` and the attributes are
    taken instead of, or added to, his. ``at``: the moment (ISO 8601 with a zone), null: now.
    """

    inbox: Id | None = None
    channel: ChannelKind | None = None
    text: Annotated[str, printable(10_000)] = ""
    contact: Id | None = None
    vip: bool | None = None
    attributes: Attributes = Field(default_factory=dict)
    unverified: Attributes = Field(default_factory=dict)
    page: Annotated[str, printable(2_000)] | None = None
    language: Annotated[str, printable(40)] | None = None
    at: Annotated[str, Field(min_length=16, max_length=40)] | None = None


class ConditionTried(ConditionGiven):
    """A condition, and whether it is so."""

    held: bool


class RuleTried(Given):
    """How one rule fared.

    ``reached``: it is switched on and no rule before it stopped; ``here``: it is meant for this
    inbox; ``held``: both, and every condition is so. Conditions are tried in any case.
    """

    id: str
    name: str
    enabled: bool
    reached: bool
    here: bool
    held: bool
    stop: bool
    conditions: list[ConditionTried]


class OutcomeGiven(ThenGiven):
    """What the rules say together, and the ids of those that held, in order."""

    rules: list[str]


class PlacedGiven(Given):
    """What the conversation would get, with what inbox and queue say where the rules do not."""

    queue: str
    skills: dict[str, int]
    priority: int


class TrialGiven(Given):
    """What would become of it. ``hour`` and ``weekday`` (0: Monday) as the house's clock shows them.

    ``placed`` is null where neither an inbox nor a rule names a queue.
    """

    at: str
    hour: int
    weekday: int
    outcome: OutcomeGiven
    placed: PlacedGiven | None
    rules: list[RuleTried]
