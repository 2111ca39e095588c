"""Filters, orders and cursors as SQL that seeks in the declared indexes.

A page after a cursor is read as a few ranges, one after the other, each of which is a plain
walk along an index: "the same first field and a later second one", then "a later first field",
and so on, nulls being a range of their own.
"""
# ruff: noqa: S608 - names come from the declaration, which is checked; values are bound

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from hub import document_orders as orders
from hub import document_rules as rules
from hub.documents import (
    And,
    Collection,
    Contains,
    Equal,
    Exists,
    Filter,
    In,
    Index,
    Or,
    Prefix,
    Range,
    Scalar,
)
from hub.sqlite import expressions as sql
from hub.sqlite.layout import element_columns, side_table

Bound = list[Scalar]
LIST_AS_JSON = 8  # a longer list becomes one parameter, so that statements stay few


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement and what to bind to it; the limit is always the last parameter."""

    text: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Beyond:
    """A part of what follows a cursor: fields at a value, and one field beyond a value.

    ``left`` is the order that is left to sort by.
    """

    same: tuple[tuple[str, Scalar], ...]
    one: orders.Order | None = None
    value: Scalar = None
    left: tuple[orders.Order, ...] = ()

    def hides(self, path: str, *, low: bool) -> bool:
        """Whether a bound of the filter must not lure SQLite away from this one."""
        if self.one is not None and self.one.field == path:
            return self.value is not None and self.one.descending is not low
        return any(field == path for field, _ in self.same)


@dataclass(slots=True)
class Condition:
    """A filter as SQL over the alias ``d`` (and ``s``, when an index of elements leads)."""

    collection: Collection
    where: Filter
    sort: tuple[orders.Order, ...] = ()
    beyond: Beyond = Beyond(())
    text: str = ""
    values: Bound = field(default_factory=list)
    source: str = ""
    _columns: dict[str, str] = field(default_factory=dict)
    _leader: Contains | None = None

    def __post_init__(self) -> None:
        self.source = f'"{self.collection.name}" d'
        self._lead()
        literal = {
            sql.condition(index.where, "d."): index.where
            for index in self.collection.indexes
            if index.where is not None and rules.implies(self.where, index.where)
        }
        terms = list(literal)
        said = [one for one in literal.values() if isinstance(one, Equal)]
        for part in rules.conjuncts(self.where):
            if not any(_same(part, one) for one in said):
                terms.append(self._term(part))
        terms += self._further()
        self.text = " AND ".join(terms) or "1"

    def column(self, path: str) -> str:
        """The value of a field, from the leading index where it has it."""
        return self._columns.get(path) or sql.field_value(path, "d.")

    def _lead(self) -> None:
        """Let a ``many`` index lead when its other fields serve this filter or order."""
        helpful = {one.field for one in self.sort[:1]}
        contains: dict[str, Contains] = {}
        for part in rules.conjuncts(self.where):
            if isinstance(part, Contains):
                contains[part.field] = part
            elif isinstance(part, Equal):
                helpful.add(part.field)
        for index in self.collection.indexes:
            if len(index.fields) > 1 and index.fields[0] in contains and self._usable(index):
                columns = element_columns(index)
                if columns[0][0] in helpful:
                    side = side_table(self.collection, index)
                    self.source = f'"{side}" s CROSS JOIN "{self.collection.name}" d ON d.id = s.id'
                    self._columns = {path: f"s.{name}" for path, name in columns}
                    self._columns["id"] = "s.id"
                    self._leader = contains[index.fields[0]]
                    return

    def _usable(self, index: Index) -> bool:
        """Whether an index has every element that this filter may look for."""
        return index.many and (index.where is None or rules.implies(self.where, index.where))

    def _further(self) -> list[str]:
        """What holds beyond the cursor."""
        terms = [self._stands_at(path, value) for path, value in self.beyond.same]
        one, value = self.beyond.one, self.beyond.value
        if one is not None and value is None:
            terms.append(f"{self.column(one.field)} IS NOT NULL")
        elif one is not None:
            sign = "<" if one.descending else ">"
            terms.append(f"{self.column(one.field)} {sign} {self._bind(value)}")
        return terms

    def _stands_at(self, path: str, value: Scalar) -> str:
        column = self.column(path)
        return f"{column} IS NULL" if value is None else f"{column} = {self._bind(value)}"

    # --- Terms: each appends its values in the order of its placeholders ---

    def _term(self, part: Filter) -> str:
        match part:
            case Equal():
                return self._equal(part.field, rules.scalar(part.value))
            case In():
                return self._in(part.field, [rules.scalar(value) for value in part.values])
            case Range():
                return self._range(part)
            case Exists():
                test = "IS NOT NULL" if part.present else "IS NULL"
                return f"{sql.field_kind(part.field, 'd.')} {test}"
            case Prefix():
                return self._prefix(part.field, rules.check_text(part.text))
            case Contains():
                return self._contains(part)
            case And():
                return "(" + (" AND ".join(self._term(one) for one in part.parts) or "1") + ")"
            case Or():
                return "(" + (" OR ".join(self._term(one) for one in part.parts) or "0") + ")"
            case _:
                raise rules.unknown(part)

    def _bind(self, value: Scalar) -> str:
        placeholder, bound = sql.parameter(value)
        self.values.append(bound)
        return placeholder

    def _impossible(self, path: str, value: Scalar) -> bool:
        """Whether a column with a type of its own can never have this value."""
        rules.parts(path)
        if path == "id":
            return not isinstance(value, str)
        return path == "version" and (isinstance(value, bool | str) or value is None)

    def _equal(self, path: str, value: Scalar) -> str:
        if self._impossible(path, value):
            return "0"
        column, kind = self.column(path), sql.field_kind(path, "d.")
        if value is None:
            return f"{column} IS NULL AND {kind} = 'null'"
        if isinstance(value, bool):
            return f"{column} = {int(value)} AND {kind} = '{'true' if value else 'false'}'"
        text = f"{column} = {self._bind(value)}"
        if sql.ambiguous(value) and path not in rules.OWN_FIELDS:
            text += f" AND {kind} {sql.is_kind_of(value)}"
        return text

    def _in(self, path: str, values: Sequence[Scalar]) -> str:
        possible = [value for value in values if not self._impossible(path, value)]
        odd = [value for value in possible if _needs_its_kind(value)]
        usual = [value for value in possible if not _needs_its_kind(value)]
        choices = [f"({self._equal(path, value)})" for value in odd]
        if len(usual) == 1:
            choices.append(self._equal(path, usual[0]))
        elif len(usual) > LIST_AS_JSON:
            self.values.append(msgspec.json.encode(usual).decode())
            choices.append(f"{self.column(path)} IN (SELECT value FROM json_each(?))")
        elif usual:
            listed = ",".join(self._bind(value) for value in usual)
            choices.append(f"{self.column(path)} IN ({listed})")
        rules.parts(path)
        return "(" + (" OR ".join(choices) or "0") + ")"

    def _range(self, part: Range) -> str:
        strings, bounds = rules.check_range(part)
        path = part.field
        rules.parts(path)
        if (path == "id" and not strings) or (path == "version" and strings):
            return "0"
        signs = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
        column = self.column(path)
        low = f"+{column}" if self.beyond.hides(path, low=True) else column
        high = f"+{column}" if self.beyond.hides(path, low=False) else column
        terms = [
            f"{low if name[0] == 'g' else high} {signs[name]} {self._bind(value)}"
            for name, value in bounds.items()
        ]
        if strings and "gt" not in bounds and "gte" not in bounds:
            terms.append(f"{low} >= ''")
        if not strings and "lt" not in bounds and "lte" not in bounds:
            terms.append(f"{high} < ''")  # text sorts after every number
        if path not in rules.OWN_FIELDS and _meets_others(strings, bounds):
            is_kind = "= 'text'" if strings else f"IN {sql.NUMBERS}"
            terms.append(f"{sql.field_kind(path, 'd.')} {is_kind}")
        return "(" + " AND ".join(terms) + ")"

    def _prefix(self, path: str, text: str) -> str:
        end = rules.text_after(text)
        if not text:
            return self._range(Range(path, gte=""))
        return self._range(Range(path, gte=text, lt=end))

    def _contains(self, part: Contains) -> str:
        value = rules.scalar(part.value)
        path = sql.json_path(part.field)
        if part is self._leader:
            return self._element("s.element", "s.kind", value)
        for index in self.collection.indexes:
            if index.fields[0] == part.field and self._usable(index):
                side = side_table(self.collection, index)
                test = self._element("element", "kind", value)
                return f'd.id IN (SELECT id FROM "{side}" WHERE {test})'
        if part.field in rules.OWN_FIELDS:
            return "0"
        test = self._element("value", "type", value)
        is_array = f"{sql.field_kind(part.field, 'd.')} = 'array'"
        return f"({is_array} AND EXISTS (SELECT 1 FROM json_each(d.doc,{path}) WHERE {test}))"

    def _element(self, column: str, kind: str, value: Scalar) -> str:
        if value is None:
            return f"{column} IS NULL AND {kind} = 'null'"
        if isinstance(value, bool):
            return f"{column} = {int(value)} AND {kind} = '{'true' if value else 'false'}'"
        test = f"{column} = {self._bind(value)}"
        return f"{test} AND {kind} {sql.is_kind_of(value)}" if sql.ambiguous(value) else test


def _same(part: Filter, said: Equal) -> bool:
    return part == said and type(part.value) is type(said.value)


def _needs_its_kind(value: Scalar) -> bool:
    return value is None or isinstance(value, bool) or sql.ambiguous(value)


def _meets_others(strings: bool, bounds: dict[str, int | float | str]) -> bool:  # noqa: FBT001
    """Whether booleans (0, 1) or the text of arrays and objects lie inside a range."""
    low = bounds.get("gte", bounds.get("gt"))
    high = bounds.get("lte", bounds.get("lt"))
    if strings:
        before = high is not None and high < "["  # type: ignore[operator]
        between = low is not None and low >= "\\" and high is not None and high < "{"  # type: ignore[operator]
        return not (before or between or (low is not None and low >= "|"))  # type: ignore[operator]
    return not ((low is not None and low > 1) or (high is not None and high < 0))  # type: ignore[operator]


# --- Statements ---


def page(
    collection: Collection,
    where: Filter,
    by: tuple[orders.Order, ...],
    after: Sequence[Scalar] | None,
) -> list[Statement]:
    """The statements whose rows, one after the other, are the documents in order."""
    decides = orders.needed(collection, where, by)
    if after is None:
        return [_select(Condition(collection, where, decides), decides)]
    beyond = _ranges(*orders.narrowed(where, by, decides, after))
    sort = decides or by
    return [_select(Condition(collection, where, sort, one), one.left if decides else ()) for one in beyond]


def _select(found: Condition, by: tuple[orders.Order, ...]) -> Statement:
    ordered = ",".join(found.column(one.field) + (" DESC" if one.descending else "") for one in by)
    order = f" ORDER BY {ordered}" if by else ""
    text = f"SELECT d.doc FROM {found.source} WHERE {found.text}{order} LIMIT ?"
    return Statement(text, tuple(found.values))


def _ranges(by: tuple[orders.Order, ...], after: Sequence[Scalar]) -> list[Beyond]:
    """What lies beyond the values: the last field first, later values before nulls."""
    ranges: list[Beyond] = []
    for number in range(len(by) - 1, -1, -1):
        one, value = by[number], after[number]
        same = tuple(zip((before.field for before in by[:number]), after, strict=False))
        if not one.descending:
            ranges.append(Beyond(same, one, value, left=by[number:]))
        elif value is not None:
            ranges.append(Beyond(same, one, value, left=by[number:]))
            if one.field not in rules.OWN_FIELDS:
                ranges.append(Beyond((*same, (one.field, None)), left=by[number + 1 :]))
    return ranges


def count(collection: Collection, where: Filter, limit: int | None) -> Statement:
    """How many match, counting no further than the limit."""
    found = Condition(collection, where)
    if limit is None:
        return Statement(f"SELECT count(*) FROM {found.source} WHERE {found.text}", tuple(found.values))
    inner = f"SELECT 1 FROM {found.source} WHERE {found.text} LIMIT ?"
    return Statement(f"SELECT count(*) FROM ({inner})", (*found.values, limit))


def expired(collection: Collection, field: str, before: str) -> Statement:
    """Delete up to a limit of documents whose field is a string below ``before``."""
    found = Condition(collection, Range(field, lt=before))
    inner = f"SELECT d.id FROM {found.source} WHERE {found.text} LIMIT ?"
    return Statement(f'DELETE FROM "{collection.name}" WHERE id IN ({inner})', tuple(found.values))
