"""A run as rows of text, for the formats that are tables: targets, then subscriptions, each with its groups.

Targets have rows of their own so that a tenant that could not be read is seen to be missing.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import Literal, NamedTuple

from pal_agent.model import Run, Source, SubscriptionResult, TargetResult, Tiers
from pal_agent.report.clean import SENTENCE, clean

Names = dict[str, str]  # of tenants, by lower-case ID


class ScopeRow(NamedTuple):
    """Everything is text that `clean` has seen; what does not apply is empty. The fields are the columns.

    A tuple, since there are hundreds of thousands in a large run.
    """

    kind: Literal["target", "subscription", "resource-group"]
    tenant_id: str
    tenant: str
    subscription_id: str = ""
    subscription: str = ""
    azure_state: str = ""
    resource_group: str = ""
    association: str = ""
    influence: str = ""
    pec: str = ""
    complete: str = ""
    credentials: str = ""
    assignments: str = ""
    link: str = ""
    partner_id: str = ""
    status: str = ""
    reason: str = ""


COLUMNS = ScopeRow._fields


def tenant_names(run: Run) -> Names:
    """The display names that the targets learned."""
    return {
        target.target.tenant_id.lower(): clean(target.tenant_name) for target in run.targets() if target.tenant_name
    }


def rows(run: Run) -> Iterator[ScopeRow]:
    """In the run's order. Holds the tenants' names and one subscription."""
    names = tenant_names(run)
    for target in run.targets():
        yield target_row(target, names)
    for subscription in run.subscriptions():
        yield from scope_rows(subscription, names)


def target_row(result: TargetResult, names: Names) -> ScopeRow:
    target, reason = result.target, result.reason
    return ScopeRow(
        kind="target",
        tenant_id=clean(target.tenant_id),
        tenant=names.get(target.tenant_id.lower(), ""),
        credentials=clean(target.credential),
        link=result.link.state,
        partner_id=clean(result.link.partner_id or ""),
        status=result.status,
        reason=f"{reason.code}: {clean(reason.message, limit=SENTENCE)}" if reason else "",
    )


def scope_rows(result: SubscriptionResult, names: Names) -> Iterator[ScopeRow]:
    """The subscription's row, then its groups'. Most groups have their neighbour's answer, and so its cells."""
    whole = _subscription_row(result, names)
    yield whole
    for (tiers, by), groups in groupby(result.resource_groups, key=attrgetter("tiers", "by")):
        alike = _judged(whole._replace(kind="resource-group"), tiers, by)
        for group in groups:
            yield alike._replace(resource_group=clean(group.name))


def _subscription_row(result: SubscriptionResult, names: Names) -> ScopeRow:
    row = ScopeRow(
        kind="subscription",
        tenant_id=clean(result.tenant_id),
        tenant=names.get(result.tenant_id.lower(), ""),
        subscription_id=clean(result.subscription_id),
        subscription=clean(result.name),
        azure_state=clean(result.state),
        complete="yes" if result.complete else "no",
    )
    return _judged(row, result.tiers, result.by)


def _judged(row: ScopeRow, tiers: Tiers, by: tuple[Source, ...]) -> ScopeRow:
    return row._replace(
        association=tiers.association,
        influence=tiers.influence,
        pec=tiers.pec,
        credentials=_joined(sorted({clean(source.credential) for source in by})),
        assignments=_joined([clean(source.assignment_id) for source in by]),
    )


def _joined(parts: list[str]) -> str:
    """Fits a cell: spreadsheets end at 32,767 characters."""
    return clean("; ".join(parts), limit=8 * SENTENCE)
