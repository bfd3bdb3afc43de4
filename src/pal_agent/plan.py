"""Facts and wishes to link changes: what differs, what is blocked, whether it is safe. Pure."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pal_agent.errors import Refused
from pal_agent.model import Blocked, Change, Code, LinkFact, Missing, Plan, Target, TargetFacts

SCHEMA_VERSION = 1
SMALL = 10  # up to so many existing links, the threshold does not apply


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What the user has allowed by name: replacing another ID, removing a link."""

    replace: bool = False
    remove: bool = False

    def reason_against(self, change: Change) -> str | None:
        if change.action == "replace" and not self.replace:
            return "needs --replace"
        if change.action == "remove" and not self.remove:
            return "needs --remove"
        return None


def change_for(facts: TargetFacts) -> Change | None:
    """What would bring the target's link to what is wanted; None where nothing would, or the link is not known."""
    if isinstance(facts.link, Missing) or facts.object_id is None:
        return None
    target = facts.target
    before = facts.link.partner_id if isinstance(facts.link, LinkFact) else None
    after = target.expected_partner_id if target.link == "present" else None
    if before == after:
        return None
    return Change(
        action="create" if before is None else "remove" if after is None else "replace",
        credential=target.credential,
        tenant_id=target.tenant_id,
        object_id=facts.object_id,
        before=before,
        after=after,
    )


@dataclass
class Planner:
    """Collects targets one by one, in any order; `plan` is sorted."""

    allowed: Allowed
    changes: list[Change] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)
    unchanged: int = 0
    unverified: int = 0
    existing: int = 0

    def add(self, facts: TargetFacts) -> None:
        if isinstance(facts.link, Missing):
            automatic = facts.link.reason.code is Code.CSP_AUTOMATIC
            self.unchanged += automatic
            self.unverified += not automatic
            return
        self.existing += isinstance(facts.link, LinkFact)
        change = change_for(facts)
        if change is None:
            self.unchanged += 1
        elif (reason := self.allowed.reason_against(change)) is not None:
            self.blocked.append(Blocked(change=change, reason=reason))
        else:
            self.changes.append(change)

    def concerns(self, target: Target) -> bool:
        """Whether the target added last is to be changed."""
        return bool(self.changes) and _order(self.changes[-1]) == target.key

    def plan(self) -> Plan:
        return Plan(
            changes=tuple(sorted(self.changes, key=_order)),
            blocked=tuple(sorted(self.blocked, key=lambda blocked: _order(blocked.change))),
            unchanged=self.unchanged,
            unverified=self.unverified,
            existing=self.existing,
        )


def plan(targets: Iterable[TargetFacts], allowed: Allowed) -> Plan:
    planner = Planner(allowed)
    for facts in targets:
        planner.add(facts)
    return planner.plan()


def _order(change: Change) -> tuple[str, str]:
    return change.credential.lower(), change.tenant_id.lower()


def ensure_safe(plan: Plan, max_change_percent: float) -> None:
    """Raises Refused when more of the links that exist would be replaced or removed than the threshold allows."""
    touched = sum(change.action in ("replace", "remove") for change in plan.changes)
    if plan.existing > SMALL and touched * 100 > max_change_percent * plan.existing:
        percent = touched * 100 / plan.existing
        raise Refused(
            f"{touched} of {plan.existing} existing links ({percent:.0f} %) would be replaced or removed;"
            f" the limit is {max_change_percent:g} %. Nothing was written",
            mend="If that is what you want, say so: --max-change PERCENT (or safety.max_change_percent).",
        )


# --- the plan file ----------------------------------------------------------------------------------------------


def to_json(plan: Plan, *, created_at: str) -> dict[str, Any]:
    """The contract's plan file. The fingerprint covers all but the time."""
    content: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "created_at": created_at,
        "fingerprint": "",
        "changes": [_change_json(change) for change in plan.changes],
        "blocked": [_blocked_json(blocked) for blocked in plan.blocked],
        "unchanged": plan.unchanged,
        "unverified": plan.unverified,
    }
    content["fingerprint"] = fingerprint(content)
    return content


def fingerprint(content: dict[str, Any]) -> str:
    covered = {key: value for key, value in content.items() if key not in ("created_at", "fingerprint")}
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "credential": change.credential,
        "tenant_id": change.tenant_id,
        "object_id": change.object_id,
        "from": change.before,
        "to": change.after,
    }


def _blocked_json(blocked: Blocked) -> dict[str, Any]:
    change = _change_json(blocked.change)
    return {**{key: change[key] for key in ("action", "credential", "tenant_id")}, "reason": blocked.reason, **change}


@dataclass(frozen=True)
class PlanFile:
    """A plan that was saved. What it lists as changes was seen and agreed to, replacements and removals included."""

    content: dict[str, Any]

    @classmethod
    def read(cls, text: str, *, where: str) -> "PlanFile":
        """Refuses what is not a plan of this version, or was edited."""
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Refused("this is not a plan file: it is not JSON", where=where) from error
        if not isinstance(content, dict) or content.get("schema_version") != SCHEMA_VERSION:
            raise Refused(f"this is not a plan file of version {SCHEMA_VERSION}", where=where, mend=_AGAIN)
        if not all(_is_list_of_changes(content.get(name)) for name in ("changes", "blocked")):
            raise Refused("the plan file does not hold what `plan` writes", where=where, mend=_AGAIN)
        if content.get("fingerprint") != fingerprint(content):
            raise Refused(
                "the plan file was edited after it was made: its fingerprint differs", where=where, mend=_AGAIN
            )
        return cls(content)

    def allowed(self) -> Allowed:
        actions = {change["action"] for change in self.content["changes"]}
        return Allowed(replace="replace" in actions, remove="remove" in actions)

    def ensure_current(self, now: Plan, *, where: str) -> None:
        """Refuses when the changes that Azure's present state asks for are not those of the file."""
        present = [_change_json(change) for change in now.changes]
        present += [_change_json(blocked.change) for blocked in now.blocked]
        saved = [{key: change[key] for key in _KEYS} for change in self.content["changes"] + self.content["blocked"]]
        if sorted(map(json.dumps, present)) != sorted(map(json.dumps, saved)):
            raise Refused(
                "the plan no longer matches: the links have changed since it was made", where=where, mend=_AGAIN
            )


_AGAIN = "Nothing was written. Make a new one with: pal-agent plan --out FILE"
_KEYS = ("action", "credential", "tenant_id", "object_id", "from", "to")


def _is_list_of_changes(content: object) -> bool:
    """Right keys, each text or null: a fingerprint can be made for anything."""
    return isinstance(content, list) and all(
        isinstance(change, dict) and all(isinstance(change.get(key, 0), str | None) for key in _KEYS)
        for change in content
    )


def describe(change: Change) -> str:
    """One change in words."""
    who = f"{change.credential}@{change.tenant_id}"
    match change.action:
        case "create":
            return f"create   {who}: link to {change.after}"
        case "replace":
            return f"replace  {who}: {change.before} becomes {change.after}"
        case "remove":
            return f"remove   {who}: the link to {change.before}"
