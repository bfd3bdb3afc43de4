"""The nouns of a comparison: what was one way in the earlier run and is another in the later one."""

from dataclasses import dataclass
from typing import Literal

from pal_agent.model import Link, Status, Tiers

# For better, for worse, can't be told any more, none of these (new, no longer checked, known for the first time), or
# nothing but what lies in it changed.
Way = Literal["gained", "lost", "unclear", "other", "same"]


LinkKind = Literal["lost", "won", "changed", "removed", "unread"]
TargetKind = Literal["new", "gone", "read", "unread"]


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkChange:
    """`kind` is `removed` when the configuration wants no link there, `changed` when it is neither lost nor won."""

    credential: str
    tenant_id: str
    tenant_name: str | None
    kind: LinkKind
    by_others: bool
    before: Link
    after: Link
    why: str

    @property
    def label(self) -> str:
        """In lower case."""
        return f"{self.credential}@{self.tenant_id}".lower()

    @property
    def way(self) -> Way:
        words: dict[str, Way] = {"lost": "lost", "won": "gained", "unread": "unclear"}
        return words.get(self.kind, "other")


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetChange:
    """A target that is new, no longer checked, or read better or worse; a status is None when it was not there."""

    credential: str
    tenant_id: str
    tenant_name: str | None
    kind: TargetKind
    before: Status | None
    after: Status | None
    why: str

    @property
    def label(self) -> str:
        """In lower case."""
        return f"{self.credential}@{self.tenant_id}".lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupChange:
    """A resource group; tiers are None when it was not there."""

    name: str
    way: Way
    before: Tiers | None
    after: Tiers | None
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriptionChange:
    """A subscription, or groups in it. Tiers are None when it was not there; `way` is the subscription's own."""

    subscription_id: str
    name: str
    tenant_id: str
    way: Way
    before: Tiers | None
    after: Tiers | None
    why: str
    groups: tuple[GroupChange, ...] = ()
