"""What pydantic found wrong, in a person's words. Takes types, bounds and places from it, never the value."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from itertools import pairwise
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pal_agent.config import schema
from pal_agent.config.document import Document
from pal_agent.config.faults import Fault, KeyPath

PATTERNS = {
    schema.PARTNER_ID: "must be a partner location (PLA) ID: 4 to 10 digits, the first not 0, in quotes",
    schema.GUID: "must be an ID such as 11111111-2222-3333-4444-555555555555 (of a tenant, too: not its domain name)",
    schema.ORIGIN: "must be https://HOST or https://HOST:PORT, without path, query or user name",
    schema.AUDIENCE: "must start with https:// and have no query, fragment or user name",
    schema.NAME: "must be one line of text that does not start or end with a space",
    schema.TAG_NAME: "has a tag name with = in it, or with a space around it",
    schema.SECRET: "must say where the secret is, never the secret: env:NAME, file:PATH or keyvault:https://VAULT/secrets/NAME",
    schema.FEDERATION: "must be file:PATH, github or azure-devops",
    r"\S": "must not be blank",
}
EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "date_type": "a date that exists, written YYYY-MM-DD",
    "list_type": "a list: each entry on a line of its own with - before it, or [in brackets]",
    "dict_type": "a mapping: lines of `key: value`",
    "model_type": "a mapping: lines of `key: value`",
    "model_attributes_type": "a mapping: lines of `key: value`",
}


def explained(error: ValidationError, document: Document, *, under: KeyPath = ()) -> Iterator[Fault]:
    """Every fault in it. `under` is the key of what was validated, when that was not the whole document."""
    for detail in error.errors(include_url=False, include_input=False):
        key = _key((*under, *detail["loc"]))
        foreign = detail["type"] == "extra_forbidden" or "tags" in key
        # `{kind: client-secret, hunter2}` has a secret for a key: without a value, a foreign key is not shown.
        shown = (*key[:-1], "") if foreign and value_at(document.data, key) is None else key
        yield Fault(place=replace(document.place(key), key=shown), what=_what(detail, key, document))


def _key(location: KeyPath) -> KeyPath:
    """The keys as in the file. Pydantic also names the kind of `auth` after it, and `[key]` for a key itself."""
    parts = [part for before, part in pairwise(("", *location)) if before != "auth"]
    return tuple(part for part in parts if part != "[key]")


def _what(detail: ErrorDetails, key: KeyPath, document: Document) -> str:
    bounds = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return "is required; add it"
        case "extra_forbidden":
            return _unknown(key, document)
        case "string_pattern_mismatch":
            return PATTERNS[bounds["pattern"]]
        case "literal_error":
            return f"must be {bounds['expected']}"
        case "union_tag_invalid":
            return f"must have a kind of {bounds['expected_tags']}"
        case "union_tag_not_found":
            return "needs a kind: client-secret, certificate, federated, managed-identity or azure-cli"
        case "greater_than_equal" | "less_than_equal" | "string_too_long" | "too_short":
            return _bound(bounds)
        case "port" | "version" | "finding":
            return detail["msg"]
        case other:
            return _mistyped(EXPECTED.get(other, "something else"), value_at(document.data, key))


def _bound(bounds: Mapping[str, Any]) -> str:
    match bounds:
        case {"ge": least}:
            return f"must be at least {least:g}"
        case {"le": most}:
            return f"must be at most {most:g}"
        case {"max_length": most}:
            return f"must not be longer than {most} characters"
        case _:
            return "must have at least one entry"


def _mistyped(expected: str, value: object) -> str:
    match value:
        case None:
            return f"must be {expected}, but is empty; fill it in or remove the key"
        case bool() | int() | float() | date() if expected == "text":
            return "must be text, but YAML reads it as something else; put it in quotes"
        case _:
            return f"must be {expected}"


def _unknown(key: KeyPath, document: Document) -> str:
    """The file's own spelling is in the key already; a known one may be shown."""
    known = _keys_of(key[:-1], document)
    likely = get_close_matches(str(key[-1]).lower(), known, n=1)
    return f"unknown key; did you mean {likely[0]}?" if likely else f"unknown key; known here are {', '.join(known)}"


def _keys_of(key: KeyPath, document: Document) -> list[str]:
    section: type[BaseModel] = schema.Configuration
    for depth, part in enumerate(key):
        if isinstance(part, str):
            choices = list(_sections(section.model_fields[part].annotation))
            section = _taken(choices, value_at(document.data, key[: depth + 1]))
    return list(section.model_fields)


def _sections(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _sections(inner)


def _taken(choices: list[type[BaseModel]], value: object) -> type[BaseModel]:
    kind = value.get("kind") if isinstance(value, dict) else None
    for choice in choices:
        field = choice.model_fields.get("kind")
        if field and kind in get_args(field.annotation):
            return choice
    return choices[0]


def value_at(data: object, key: KeyPath) -> object:
    """What stands at the key, or None."""
    for part in key:
        match data:
            case dict():
                data = data.get(part)
            case list() if isinstance(part, int) and part < len(data):
                data = data[part]
            case _:
                return None
    return data
