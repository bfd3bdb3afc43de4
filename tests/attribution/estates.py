"""Random small estates: a few targets over one subscription, with every oddity of the facts at once."""

from dataclasses import replace

from hypothesis import strategies as st

from pal_agent.attribution import Doubts, Sighting, attribute
from pal_agent.model import (
    Assignment,
    Authorization,
    Code,
    DenyAssignment,
    LinkFact,
    Missing,
    NoLink,
    NotAsked,
    Reason,
    ScheduleInstance,
    SubscriptionFacts,
    SubscriptionResult,
    Target,
    TargetFacts,
    Tier,
)
from pal_agent.roles import bundled
from tests.attribution.shorthand import CONTRIBUTOR, CUSTOM, EVERYONE, PARTNER, READER

Estate = list[TargetFacts]

SUBSCRIPTION = "s1"
GROUPS = ("rg1", "RG2", "rg10")
RESOURCE = "/providers/Microsoft.Compute/virtualMachines/vm"
IN_SUBSCRIPTION = (
    "/subscriptions/s1",
    "/Subscriptions/S1",
    "/subscriptions/s1/resourceGroups/rg1",
    "/subscriptions/s1/resourcegroups/rg2",
    "/subscriptions/s1/resourceGroups/rg10",
    f"/subscriptions/s1/resourceGroups/rg1{RESOURCE}",
    f"/subscriptions/s1{RESOURCE}",
)
SCOPES = ("/", "/providers/Microsoft.Management/managementGroups/mg", *IN_SUBSCRIPTION, "/subscriptions/s10")
ROLES = (CONTRIBUTOR, CONTRIBUTOR, READER, CUSTOM)
MISSING = Missing(reason=Reason(code=Code.FORBIDDEN, message="no", status=403))
CSP = Missing(reason=Reason(code=Code.CSP_AUTOMATIC, message="credited without a link"))

LINKS = (*(LinkFact(partner_id=PARTNER),) * 5, LinkFact(partner_id="9"), NoLink(), CSP, MISSING)

_scopes = st.sampled_from(SCOPES)
_roles = st.sampled_from(ROLES)
_ids = st.sampled_from([f"id{number}" for number in range(6)])


def assignments(me: str) -> st.SearchStrategy[Assignment]:
    return st.builds(
        Assignment,
        id=_ids,
        scope=_scopes,
        role_definition_id=_roles,
        principal_id=st.sampled_from([me, me, "g1", "g2"]),
    )


def _authorizations(me: str) -> st.SearchStrategy[Authorization]:
    return st.builds(
        Authorization,
        id=_ids,
        scope=st.sampled_from(IN_SUBSCRIPTION[:5]),
        role_definition_id=_roles,
        principal_id=st.sampled_from([me, "G1", "g2"]),
        standing=st.sampled_from([True, True, False]),
    )


def _denials(me: str) -> st.SearchStrategy[DenyAssignment]:
    return st.builds(
        DenyAssignment,
        id=_ids,
        name=st.none(),
        scope=_scopes,
        principals=st.sampled_from([(me.upper(),), (EVERYONE,), ("g9",), ()]),
        excluded=st.sampled_from([(), (), (me,), ("G1",), ("g2", "g3")]),
        not_child_scopes=st.booleans(),
    )


def _instances(me: str) -> st.SearchStrategy[ScheduleInstance]:
    return st.builds(
        ScheduleInstance,
        id=_ids,
        scope=_scopes,
        role_definition_id=_roles,
        principal_id=st.sampled_from([me, "g1"]),
        assignment_type=st.sampled_from(["Assigned", "Activated"]),
        ends_at=st.sampled_from([None, "2027-01-01T00:00:00Z"]),
        origin_assignment_id=st.one_of(st.none(), _ids.map(str.upper)),
    )


def _some(elements: st.SearchStrategy[object], size: int) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(elements, max_size=size).map(tuple)


def _or_missing(facts: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.integers(0, 5).flatmap(lambda die: st.just(MISSING) if die == 5 else facts)


@st.composite
def _sighted(draw: st.DrawFn, me: str, tenant: str, quick: bool) -> SubscriptionFacts:
    delegated = tenant != "t1"
    grants = _authorizations(me) if delegated else assignments(me)
    held = draw(_or_missing(st.lists(grants, max_size=4, unique_by=lambda grant: grant.id).map(tuple)))
    return SubscriptionFacts(
        subscription_id=SUBSCRIPTION,
        name="",
        tenant_id="t1",
        state="Enabled",
        managed_by_tenants=("T2",),
        groups=draw(_or_missing(st.sets(st.sampled_from(GROUPS)).map(tuple))),
        assignments=() if delegated else held,
        authorizations=held if delegated else (),
        time_bound=NotAsked() if quick else draw(_or_missing(_some(_instances(me), 3))),
        eligible=NotAsked() if quick else (),
        deny=NotAsked() if quick else draw(_or_missing(_some(_denials(me), 2))),
    )


@st.composite
def targets(draw: st.DrawFn, name: str, *, quick: bool = False) -> TargetFacts:
    tenant = draw(st.sampled_from(["t1", "t1", "t2", "t3"]))
    sighted = st.lists(_sighted(f"oid-{name}", tenant, quick), max_size=1).map(tuple)
    return TargetFacts(
        target=Target(
            credential=name,
            tenant_id=tenant,
            client_id=None,
            expected_partner_id=PARTNER,
            groups=draw(st.sampled_from([(), (), ("g1",)])),
        ),
        object_id=f"oid-{name}",
        link=draw(st.sampled_from(LINKS)),
        subscriptions=draw(_or_missing(sighted)),
    )


def _is_seen(estate: Estate) -> bool:
    return any(isinstance(facts.subscriptions, tuple) and facts.subscriptions for facts in estate)


def estates(*, quick: bool | None = None) -> st.SearchStrategy[Estate]:
    """Up to three targets, at least one of which sees the subscription."""
    asked = st.booleans() if quick is None else st.just(quick)
    return asked.flatmap(
        lambda quick: st.integers(1, 3).flatmap(
            lambda count: st.tuples(*(targets(f"c{number}", quick=quick) for number in range(count))).map(list)
        )
    ).filter(_is_seen)


def attributed(estate: Estate, require: Tier = Tier.INFLUENCE) -> SubscriptionResult:
    """The agent's answer, handed to it as a run does: sightings without the target's other subscriptions."""
    sightings = [
        Sighting(facts=replace(facts, subscriptions=()), seen=seen)
        for facts in estate
        if isinstance(facts.subscriptions, tuple)
        for seen in facts.subscriptions
    ]
    return attribute(sightings, doubts=Doubts.among(estate), catalogue=bundled(), require=require)
