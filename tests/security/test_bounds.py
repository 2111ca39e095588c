"""Everything that may be sent has bounds: texts a length, lists and objects a size, nothing unknown."""

from collections.abc import Iterator
from typing import Any

from tests.web.stage import Stage

LONGEST_TEXT = 10_000


def unbounded(document: dict[str, Any], schema: dict[str, Any], at: str) -> Iterator[str]:
    """What in a request's schema has no bound."""
    if "$ref" in schema:
        target: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        yield from unbounded(document, target, at)
        return
    for key in ("anyOf", "oneOf", "allOf"):
        for number, part in enumerate(schema.get(key, ())):
            yield from unbounded(document, part, f"{at}|{number}")
    kind = schema.get("type")
    if kind == "string" and not ({"enum", "const"} & schema.keys()) and schema.get("format") != "binary":
        anchored = schema.get("pattern", "").endswith("$") and "*" not in schema.get("pattern", "")
        if schema.get("maxLength", LONGEST_TEXT + 1) > LONGEST_TEXT and not anchored:
            yield f"{at}: a text without a greatest length"
    if kind == "integer" and not ({"enum", "const", "maximum", "exclusiveMaximum"} & schema.keys()):
        yield f"{at}: a number without a maximum"
    if kind == "array":
        if "maxItems" not in schema:
            yield f"{at}: a list without a greatest length"
        yield from unbounded(document, schema.get("items", {}), f"{at}[]")
    if kind == "object":
        patterns = schema.get("patternProperties", {})
        named = schema.get("additionalProperties", not patterns)
        for part in patterns.values():
            yield from unbounded(document, part, f"{at}{{}}")
        if patterns and "maxProperties" not in schema:
            yield f"{at}: an object that takes any number of names"
        if named is True or (isinstance(named, dict) and "maxProperties" not in schema):
            yield f"{at}: an object that takes any number of names"
        if isinstance(named, dict):
            yield from unbounded(document, named, f"{at}{{}}")
        for name, part in schema.get("properties", {}).items():
            yield from unbounded(document, part, f"{at}.{name}")


async def test_every_field_that_may_be_sent_has_bounds(stage: Stage) -> None:
    document = stage.house.application.openapi
    found: list[str] = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method.upper()} {path}"
            for media in operation.get("requestBody", {}).get("content", {}).values():
                found += unbounded(document, media["schema"], where)
            for parameter in operation.get("parameters", ()):
                found += unbounded(document, parameter["schema"], f"{where}?{parameter['name']}")
    assert not found, "\n".join(found)
