"""Facts written short, for the case files in `tests/cases/attribution` (its README explains the words)."""

from collections.abc import Mapping, Sequence
from typing import Any

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
    Target,
    TargetFacts,
)

PARTNER = "5127255"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"  # eligible in Microsoft's table
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"  # not eligible in Microsoft's table
CUSTOM = "00000000-0000-4000-8000-00000000cafe"  # in no list of Microsoft's
EVERYONE = "00000000-0000-0000-0000-000000000000"
ROLES = {"contributor": CONTRIBUTOR, "reader": READER, "custom": CUSTOM}
CODES = {code.value for code in Code}

TARGET_WORDS = {"target", "link", "wanted", "groups", "sees"}
FACT_WORDS = {"resource_groups", "assignments", "authorizations", "time_bound", "eligible", "deny"}
SUBSCRIPTION_WORDS = {"subscription", "tenant", "managed_by", "name", "state", *FACT_WORDS}

Words = Mapping[str, Any]


def target_facts(words: Words) -> TargetFacts:
    assert words.keys() <= TARGET_WORDS, words
    credential, _, tenant = words["target"].partition("@")
    target = Target(
        credential=credential,
        tenant_id=tenant or "t1",
        client_id=None,
        expected_partner_id=PARTNER,
        link=words.get("wanted", "present"),
        groups=tuple(words.get("groups", ())),
    )
    me = f"oid-{credential}"
    sees = words.get("sees", [])
    subscriptions = missing(sees) or tuple(_subscription(seen, me, target.tenant_id) for seen in sees)
    return TargetFacts(
        target=target,
        object_id=me,
        link=_link(words.get("link", PARTNER)),
        subscriptions=subscriptions,
        role_names=((CUSTOM, "Our own role"),),
    )


def missing(word: object) -> Missing | None:
    """A reason's code stands for a fact that could not be read."""
    if isinstance(word, str) and word in CODES:
        return Missing(reason=Reason(code=Code(word), message=f"{word} it was"))
    return None


def _link(word: str) -> LinkFact | NoLink | Missing:
    return missing(word) or (NoLink() if word == "none" else LinkFact(partner_id=word))


def _subscription(words: Words, me: str, tenant: str) -> SubscriptionFacts:
    assert words.keys() <= SUBSCRIPTION_WORDS, words

    def facts(name: str, read: Any) -> Any:
        word = words.get(name, [])
        return missing(word) or (NotAsked() if word == "not-asked" else tuple(read(each, me) for each in word))

    return SubscriptionFacts(
        subscription_id=words["subscription"],
        name=words.get("name", "A subscription"),
        tenant_id=words.get("tenant", tenant),
        state=words.get("state", "Enabled"),
        managed_by_tenants=tuple(words.get("managed_by", ())),
        groups=facts("resource_groups", lambda name, _: name),
        assignments=facts("assignments", _assignment),
        authorizations=facts("authorizations", _authorization),
        time_bound=facts("time_bound", _instance),
        eligible=facts("eligible", _instance),
        deny=facts("deny", _deny),
    )


def _principal(word: str, me: str) -> str:
    return {"me": me, "everyone": EVERYONE}.get(word, word)


def _assignment(words: Sequence[str], me: str) -> Assignment:
    name, role, scope, principal = words
    return Assignment(id=name, scope=scope, role_definition_id=ROLES[role], principal_id=_principal(principal, me))


def _authorization(words: Sequence[str], me: str) -> Authorization:
    name, role, scope, principal, *rest = words
    return Authorization(
        id=name,
        scope=scope,
        role_definition_id=ROLES[role],
        principal_id=_principal(principal, me),
        standing=rest != ["eligible"],
    )


def _instance(words: Words, me: str) -> ScheduleInstance:
    return ScheduleInstance(
        id=words.get("id", "instance"),
        scope=words.get("scope", "/subscriptions/s1"),
        role_definition_id=ROLES[words.get("role", "contributor")],
        principal_id=_principal(words.get("principal", "me"), me),
        assignment_type=words.get("type"),
        ends_at=words.get("ends"),
        origin_assignment_id=words.get("origin"),
    )


def _deny(words: Words, me: str) -> DenyAssignment:
    return DenyAssignment(
        id=words.get("id", "d1"),
        name=None,
        scope=words["scope"],
        principals=tuple(_principal(word, me) for word in words.get("principals", ["me"])),
        excluded=tuple(_principal(word, me) for word in words.get("excluded", [])),
        not_child_scopes=words.get("not_child_scopes", False),
    )
