"""What one target's examination says. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from pal_agent.doctor import Advice, Check, Diagnosis, Outcome
from pal_agent.doctor.advice import ENDING, NO_SUBSCRIPTION
from pal_agent.doctor.examination import Examination
from pal_agent.doctor.reads import BEHIND, LINK, ROLE_DEFINITIONS, SIGN_IN, SUBSCRIPTIONS, TENANT_NAME, Read
from pal_agent.doctor.wording import advise, fill, known_words, presented
from pal_agent.findings.credential_expiring import NOTICE
from pal_agent.model import Code, LinkFact, Missing, NoLink, Reason, SubscriptionFacts, TargetFacts, same
from pal_agent.settings import Auth, Cloud

_DELEGATED = "authorizations"
_PIM = ("time_bound", "eligible")


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """How the target signs in, where, and on what day."""

    auth: Auth
    cloud: Cloud
    today: date


def diagnose(examination: Examination, around: Circumstances) -> Diagnosis:
    facts = examination.facts
    return Diagnosis(
        target=facts.target,
        tenant_name=facts.tenant_name,
        object_id=facts.object_id,
        checks=(*_expiry(facts, around), *_reads(examination, around)),
    )


def _reads(examination: Examination, around: Circumstances) -> Iterator[Check]:
    facts = examination.facts
    if facts.object_id is None and isinstance(facts.link, Missing):
        yield _failed("sign-in", SIGN_IN, facts.link.reason, _advice(facts.link.reason, facts, around))
        return
    said = f"with {presented(around.auth)}, as object {facts.object_id}"
    yield _worked("sign-in", SIGN_IN, said)
    yield _link(facts, around)
    yield _tenant_name(facts)
    yield from _subscriptions(examination, around)
    for name, read in BEHIND.items():
        yield from _behind(name, read, examination, around)
    yield from _role_definitions(examination, around)


def _link(facts: TargetFacts, around: Circumstances) -> Check:
    match facts.link:
        case LinkFact(partner_id=partner_id, partner_name=name):
            return _worked("link", LINK, f"linked to Partner ID {partner_id}" + (f" ({name})" if name else ""))
        case NoLink():
            return _worked("link", LINK, "linked to no Partner ID")
        case Missing(reason=reason) if reason.code is Code.CSP_AUTOMATIC:
            return _worked("link", LINK, "none is needed: this is the access of the customer's CSP partner")
        case Missing(reason=reason):
            return _failed("link", LINK, reason, _advice(reason, facts, around))


def _tenant_name(facts: TargetFacts) -> Check:
    if facts.tenant_name:
        return _worked("tenant-name", TENANT_NAME, facts.tenant_name)
    return Check(
        name="tenant-name",
        title=TENANT_NAME.title,
        outcome=Outcome.WARNING,
        said="Azure did not tell it",
        cost=TENANT_NAME.cost,
    )


def _subscriptions(examination: Examination, around: Circumstances) -> Iterator[Check]:
    facts = examination.facts
    if isinstance(facts.subscriptions, Missing):
        reason = facts.subscriptions.reason
        yield _failed("subscriptions", SUBSCRIPTIONS, reason, _advice(reason, facts, around))
    elif not examination.listed:
        yield Check(
            name="subscriptions",
            title=SUBSCRIPTIONS.title,
            outcome=Outcome.WARNING,
            said="there are none: it holds no role anywhere in this tenant",
            cost="Without a role there is nothing to earn from, linked or not.",
            advice=fill(NO_SUBSCRIPTION, _words(facts, around)),
        )
    else:
        looked, listed = len(examination.looked_into), examination.listed
        part = "" if looked == listed else f"; looked into {looked} of them (--all looks into every one)"
        yield _worked("subscriptions", SUBSCRIPTIONS, f"{listed}{part}")


def _behind(name: str, read: Read, examination: Examination, around: Circumstances) -> Iterator[Check]:
    """One check for the subscriptions where the read works, and one for each reason why it does not elsewhere."""
    facts = examination.facts
    asked = [seen for seen in examination.looked_into if _is_asked(name, seen, facts)]
    worked = [seen for seen in asked if not isinstance(getattr(seen, name), Missing)]
    if name in _PIM and worked and examination.licensed is False:
        yield _worked(name, read, "the tenant has no PIM licence: nothing is held for a time only", worked)
    elif worked:
        part = f"in {len(worked)} of {len(asked)} subscriptions" if len(worked) < len(asked) else ""
        yield _worked(name, read, part, worked)
    reasons: dict[Code, list[SubscriptionFacts]] = {}
    for seen in asked:
        if isinstance(missing := getattr(seen, name), Missing):
            reasons.setdefault(missing.reason.code, []).append(seen)
    for found in reasons.values():
        reason = getattr(found[0], name).reason
        yield _failed(name, read, reason, _advice(reason, facts, around, seen=found[0], read=name), found)


def _is_asked(name: str, seen: SubscriptionFacts, facts: TargetFacts) -> bool:
    """Lighthouse grants are asked for where there is a delegation, and then nothing else of roles but denials."""
    own = same(seen.tenant_id, facts.target.tenant_id)
    return name in ("groups", "deny") or own is (name != _DELEGATED)


def _role_definitions(examination: Examination, around: Circumstances) -> Iterator[Check]:
    answer = examination.role_definition
    if isinstance(answer, Missing):
        yield Check(
            name="role-definitions",
            title=ROLE_DEFINITIONS.title,
            outcome=Outcome.WARNING,
            said=answer.reason.message,
            reason=answer.reason,
            cost=ROLE_DEFINITIONS.cost,
            advice=_advice(answer.reason, examination.facts, around),
        )
    elif answer is not None:
        yield _worked("role-definitions", ROLE_DEFINITIONS, "")


def _expiry(facts: TargetFacts, around: Circumstances) -> Iterator[Check]:
    """A certificate tells its end by itself, of a secret only the configuration knows."""
    ends = min((day for day in (facts.certificate_ends, facts.target.expires) if day), default=None)
    if ends is None:
        return
    days = (ends - around.today).days
    said = f"ends on {ends.isoformat()}, in {days} days" if days >= 0 else f"ended on {ends.isoformat()}"
    is_near = days <= NOTICE.days
    yield Check(
        name="expiry",
        title="secret or certificate",
        outcome=Outcome.WARNING if is_near else Outcome.OK,
        said=said,
        advice=fill(ENDING, _words(facts, around)) if is_near else None,
    )


# --- pieces -----------------------------------------------------------------------------------------------------


def _advice(
    reason: Reason,
    facts: TargetFacts,
    around: Circumstances,
    *,
    seen: SubscriptionFacts | None = None,
    read: str = "",
) -> Advice:
    words = _words(facts, around, seen=seen, read=read)
    delegated = seen is not None and not same(seen.tenant_id, facts.target.tenant_id)
    return advise(reason.code, around.auth, words, delegated=delegated)


def _words(
    facts: TargetFacts, around: Circumstances, *, seen: SubscriptionFacts | None = None, read: str = ""
) -> dict[str, str]:
    return known_words(
        facts.target,
        around.auth,
        around.cloud,
        object_id=facts.object_id,
        scope=f"/subscriptions/{seen.subscription_id}" if seen else None,
        namespace="Microsoft.ManagedServices" if read == _DELEGATED else "Microsoft.Authorization",
    )


def _worked(name: str, read: Read, said: str, seen: Iterable[SubscriptionFacts] = ()) -> Check:
    return Check(name=name, title=read.title, outcome=Outcome.OK, said=said, places=_places(seen))


def _failed(name: str, read: Read, reason: Reason, advice: Advice, seen: Iterable[SubscriptionFacts] = ()) -> Check:
    return Check(
        name=name,
        title=read.title,
        outcome=Outcome.FAILED,
        said=reason.message,
        reason=reason,
        cost=read.cost,
        advice=advice,
        places=_places(seen),
    )


def _places(seen: Iterable[SubscriptionFacts]) -> tuple[str, ...]:
    return tuple(f"{one.name} ({one.subscription_id})" if one.name else one.subscription_id for one in seen)
