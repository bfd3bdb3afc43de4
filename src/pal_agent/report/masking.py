"""Hides IDs in a run, so that a report can be shown around: the same ID is the same word all through, and says nothing.

Hidden are GUIDs anywhere in any text (role definitions too: a custom role's GUID is a customer's), tenants, and Partner
IDs. Words come from a keyed hash with a key drawn for one rendering, so two masked reports can't be laid side by side.
Names are not IDs and stay. Lists keep the order of what is hidden.
"""

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any, TypeVar, cast

from pal_agent.model import Counts, Finding, Run, RunHeader, SubscriptionResult, TargetResult
from pal_agent.report import Options

Value = TypeVar("Value")

_GUID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?![0-9a-f])", re.IGNORECASE)
# Partner IDs are 4 to 10 digits. A short number in a sentence (seconds, a count) stays unless the run knows it as one.
_DIGITS = re.compile(r"(?<![\w-])[1-9][0-9]{3,9}(?![\w-])")
_SURELY_PARTNER = 6
_AT_HAND = 65536


class Masked:
    """A `Run` without the IDs of `run`. Two with one `key` use the same words."""

    def __init__(self, run: Run, *, key: bytes | None = None) -> None:
        self._run, self.key = run, key or secrets.token_bytes(32)
        self._partners = frozenset(_partner_ids(run))
        self._text = lru_cache(_AT_HAND)(self._masked_text)

    @property
    def header(self) -> RunHeader:
        return self._run.header

    @property
    def counts(self) -> Counts:
        return self._run.counts

    def targets(self) -> Iterator[TargetResult]:
        for result in self._run.targets():
            yield self._hidden(result, self._named(result.target.tenant_id))

    def subscriptions(self) -> Iterator[SubscriptionResult]:
        for result in self._run.subscriptions():
            tenants = {result.tenant_id, *(label.rpartition("@")[2] for label in result.seen_by)}
            yield self._hidden(result, self._named(*tenants))

    def findings(self) -> Iterator[Finding]:
        for finding in self._run.findings():
            yield self._hidden(finding, self._named(finding.tenant_id or ""))

    def _hidden(self, value: Value, mask: Callable[[str], str]) -> Value:
        """Every text of a value masked; tenants and Partner IDs whole, whatever they look like."""
        hidden: dict[int, object] = {}  # by identity: the groups of a subscription mostly share what they are made of

        def of_value(held: object) -> object:
            if id(held) not in hidden:
                changes = {one.name: of_field(one.name, getattr(held, one.name)) for one in fields(cast("Any", held))}
                hidden[id(held)] = replace(cast("Any", held), **changes)
            return hidden[id(held)]

        def of_field(name: str, held: object) -> object:
            if type(held) is str:
                return self._word(held) if name.endswith(("tenant_id", "partner_id")) else mask(held)
            if isinstance(held, tuple):
                return tuple([of_field(name, one) for one in held])
            return of_value(held) if is_dataclass(held) else held

        return cast("Value", of_value(value))

    def _named(self, *tenants: str) -> Callable[[str], str]:
        """A tenant may be given by a domain name, which only its own target tells from other text."""
        names = [name for name in tenants if name and not _GUID.fullmatch(name)]
        if not names:
            return self._text
        known = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))), re.IGNORECASE)
        return lambda text: known.sub(lambda found: self._word(found[0]), self._text(text))

    def _masked_text(self, text: str) -> str:
        without = _GUID.sub(lambda found: self._word(found[0]), text)
        return _DIGITS.sub(lambda found: self._partner(found[0]), without)

    def _partner(self, digits: str) -> str:
        return self._word(digits) if len(digits) >= _SURELY_PARTNER or digits in self._partners else digits

    def _word(self, identity: str) -> str:
        plain = identity.lower().replace("-", "") if _GUID.fullmatch(identity) else identity.lower()
        digest = blake2b(plain.encode("utf-8", "surrogatepass"), key=self.key, digest_size=5)
        return f"id-{digest.hexdigest()}"


def masked(run: Run, options: Options) -> tuple[Run, Options]:
    """Both with the same words for the same IDs, when `options` ask for it; what is masked already stays as it is."""
    if not options.mask or isinstance(run, Masked):
        return run, options
    hidden = Masked(run)
    previous = options.previous and Masked(options.previous, key=hidden.key)
    return hidden, replace(options, previous=previous)


def _partner_ids(run: Run) -> Iterator[str]:
    for result in run.targets():
        yield result.target.expected_partner_id
        if result.link.partner_id:
            yield result.link.partner_id
