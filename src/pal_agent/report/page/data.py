"""The run as the page's script reads it: compact rows in blocks of JSON.

Rows are lists, in the order that `page/model.js` names. A block holds few enough rows for the page to be written
as the run is walked. Every string has been through `clean`, and no character that HTML or JavaScript could take
for markup stands raw.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from operator import attrgetter
from typing import TypeVar

from markupsafe import Markup

from pal_agent.model import Finding, Run, Source, State, SubscriptionResult, TargetResult, Tiers
from pal_agent.report.clean import SENTENCE, clean

ROWS = 500
_ESCAPES = str.maketrans({"<": r"\u003c", ">": r"\u003e", "&": r"\u0026"})
_LETTERS = {State.FULL: "f", State.PARTIAL: "p", State.NONE: "n", State.UNKNOWN: "u"}

Element = TypeVar("Element")
Cell = object  # what json can write


def blocks(run: Run) -> Iterator[tuple[str, Markup]]:
    """Pairs of a kind (`targets`, `subscriptions`, `findings`) and some of its rows."""
    yield from _blocks("targets", run.targets(), _target)
    yield from _blocks("subscriptions", run.subscriptions(), _subscription)
    yield from _blocks("findings", run.findings(), _finding)


def embed(value: Cell) -> Markup:
    """JSON that is safe inside a script element. Escaping to ASCII also takes care of U+2028 and U+2029."""
    written = json.dumps(value, ensure_ascii=True, separators=(",", ":"), check_circular=False)
    return Markup(written.translate(_ESCAPES))  # noqa: S704  # nothing that ends or opens a tag is left in it


def _blocks(
    kind: str, elements: Iterable[Element], row: Callable[[Element], list[Cell]]
) -> Iterator[tuple[str, Markup]]:
    rows = map(row, elements)
    while some := list(islice(rows, ROWS)):
        yield kind, embed(some)


def _target(result: TargetResult) -> list[Cell]:
    target, link, reason = result.target, result.link, result.reason
    return [
        clean(target.credential), clean(target.tenant_id), _maybe(result.tenant_name), _maybe(result.object_id),
        str(result.status),
        [str(reason.code), clean(reason.message, limit=SENTENCE), reason.status] if reason else None,
        clean(target.expected_partner_id), target.link, target.expires.isoformat() if target.expires else None,
        [str(link.state), _maybe(link.partner_id), _maybe(link.partner_name), link.version,
         _maybe(link.created_at), _maybe(link.updated_at)],
        [[clean(held.id), clean(held.scope), held.scope_kind, clean(held.role_name or held.role_definition_id),
          held.via, held.eligible, held.standing] for held in result.role_assignments],
    ]  # fmt: skip


def _subscription(result: SubscriptionResult) -> list[Cell]:
    """Assignments are written once a subscription, and so is each set of them; groups point at their set."""
    sources: dict[Source, int] = {}
    sets: dict[tuple[int, ...], int] = {}

    def through(by: tuple[Source, ...]) -> int:
        return sets.setdefault(tuple(sources.setdefault(source, len(sources)) for source in by), len(sets))

    own = through(result.by)
    groups: list[Cell] = []
    for (tiers, by), alike in groupby(result.resource_groups, key=attrgetter("tiers", "by")):
        letters, place = _letters(tiers), through(by)
        groups += [[clean(group.name), letters, place] for group in alike]
    return [
        clean(result.subscription_id), clean(result.name), clean(result.tenant_id), clean(result.state),
        _letters(result.tiers), result.complete, own, groups,
        [[clean(source.credential), clean(source.tenant_id), clean(source.assignment_id)] for source in sources],
        list(sets), _maybe(result.quota_id), [clean(label) for label in result.seen_by],
    ]  # fmt: skip


def _finding(finding: Finding) -> list[Cell]:
    excepted = finding.excepted
    return [
        clean(finding.id), str(finding.severity), _maybe(finding.credential), _maybe(finding.tenant_id),
        _maybe(finding.scope), clean(finding.message, limit=SENTENCE), clean(finding.fix, limit=SENTENCE),
        [clean(excepted.reason), clean(excepted.owner), excepted.expires.isoformat()] if excepted else None,
    ]  # fmt: skip


def _letters(tiers: Tiers) -> str:
    return _LETTERS[tiers.association] + _LETTERS[tiers.influence] + _LETTERS[tiers.pec]


def _maybe(text: str | None) -> str | None:
    return None if text is None else clean(text)
