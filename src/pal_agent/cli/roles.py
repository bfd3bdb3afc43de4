"""`roles [NAME or GUID]`: what the bundled catalogue says. Needs no configuration and no network."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Literal

import click

from pal_agent.cli.completion import role_names
from pal_agent.model import Eligibility
from pal_agent.roles import Catalogue, Origin, Role, bundled, origins

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_WORDS: dict[Eligibility, str] = {"yes": "eligible", "no": "not eligible", "undocumented": "undocumented"}
_GUESSES = {"yes": "perhaps eligible", "no": "perhaps not eligible", "unknown": "none"}


@click.command()
@click.argument("role", required=False, metavar="[NAME or GUID]", shell_complete=role_names)
@click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(role: str | None, output: Literal["table", "json"]) -> None:
    """Tell what Microsoft's partner earned credit table says of a role.

    A GUID or a whole name shows that role, part of a name all that match, nothing all built-in roles. Custom roles
    and roles that the table does not name are undocumented: they count for association alone.

    \b
    Examples:  pal-agent roles "Support Request Contributor"
               pal-agent roles backup
               pal-agent roles b24988ac-6180-42a0-ab88-20f7382dd24c -o json
    """
    found = _find(bundled(), role or "")
    click.echo(_json(found) if output == "json" else "\n".join(_table(found)))


def _find(catalogue: Catalogue, text: str) -> tuple[Role, ...]:
    exact = catalogue.entry(text) or catalogue.named(text)
    found = (exact,) if exact else catalogue.search(text)
    if found:
        return found
    listed = origins()[1].dated
    if _GUID.fullmatch(text):
        raise click.BadParameter(
            f"no built-in role of {listed} has the GUID {text}. A custom or a newer role is undocumented: "
            "it counts for association alone.",
            param_hint="NAME or GUID",
        )
    raise click.BadParameter(f"no built-in role of {listed} has {text!r} in its name.", param_hint="NAME or GUID")


def _table(found: Sequence[Role]) -> Iterator[str]:
    if len(found) == 1:
        yield from _one(found[0])
    else:
        yield from _many(found)
    yield ""
    for origin in origins():
        yield f"Source: {_source(origin)}"


def _one(role: Role) -> Iterator[str]:
    yield role.name
    yield f"  GUID           {role.id}"
    yield f"  earned credit  {_WORDS[role.eligible]}"
    if role.table_name is not None and role.table_name != role.name:
        yield f"  in the table   as {role.table_name}"
    if role.note:
        yield f"  note           {role.note}"
    if role.eligible == "undocumented":
        yield f"  guess          {_GUESSES[role.guess]} (unofficial, from its name and actions; never used)"
    yield f"  Lighthouse     {'accepts it' if role.lighthouse else 'does not accept it'}"


def _many(found: Sequence[Role]) -> Iterator[str]:
    for role in found:
        yield f"{_WORDS[role.eligible]:<12}  {role.id}  {role.name}"
    yield ""
    yield f"{len(found)} roles"


def _source(origin: Origin) -> str:
    page = f" ({origin.page})" if origin.page else ""
    read = "" if origin.read == origin.dated else f", read as of {origin.read}"
    return f"{origin.title}{page}, {origin.dated}{read}"


def _json(found: Sequence[Role]) -> str:
    report = {"sources": [_origin(origin) for origin in origins()], "roles": [_role(role) for role in found]}
    return json.dumps(report, indent=1)


def _origin(origin: Origin) -> dict[str, str | None]:
    return {"title": origin.title, "page": origin.page, "dated": origin.dated, "read": origin.read}


def _role(role: Role) -> dict[str, object]:
    guess = {"eligible": role.guess, "official": False} if role.eligible == "undocumented" else None
    return {
        "role_definition_id": role.id,
        "role_name": role.name,
        "eligible": role.eligible,
        "table_name": role.table_name,
        "note": role.note,
        "guess": guess,
        "lighthouse": role.lighthouse,
    }
