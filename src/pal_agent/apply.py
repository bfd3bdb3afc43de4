"""One change to its outcome. The only writer.

A write is sent at most twice for a target, the second time only after reading; what is reported is what was read.
"""

import time
from contextlib import suppress
from typing import Any

from pal_agent.cloud.exchange import Exchange
from pal_agent.cloud.principal import Principal
from pal_agent.gather import Conversation, Questions, read_link
from pal_agent.journal import Journal
from pal_agent.model import Change, Code, LinkFact, Missing, NoLink, Outcome, Reason, TargetFacts
from pal_agent.plan import Allowed, change_for

MOST_WRITES = 2
FRESH = 60.0  # seconds; a link read longer ago is read again before it is written
WORTH_ANOTHER = {Code.THROTTLED, Code.TIMEOUT, Code.UNREACHABLE, Code.UNAVAILABLE}
STANDS = Reason(code=Code.FORBIDDEN, message="Another partner's ID was linked meanwhile; it stands without --replace.")
NOT_KEPT = Reason(code=Code.BAD_RESPONSE, message="Azure accepted the change, but the link reads back unchanged.")


def carry_out(
    principal: Principal, questions: Questions, *, change: Change, read_at: float, allowed: Allowed, journal: Journal
) -> Conversation[tuple[Outcome, LinkFact | NoLink | Missing | None]]:
    """Writes and reads back. The link is what was read last, None where nothing was read."""
    wanted: Change | None = change
    link, failed, writes = None, None, 0
    if time.monotonic() - read_at > FRESH:
        (link,) = yield (read_link(principal, questions),)
        wanted, failed = _decide(principal, change, link, allowed)
    while wanted is not None and failed is None and writes < MOST_WRITES:
        if (failed := _unintended(journal, wanted)) is not None:
            break
        (answer,) = yield (_write(principal, questions, wanted),)
        writes += 1
        (link,) = yield (read_link(principal, questions),)
        sent = wanted
        wanted, failed = _decide(principal, sent, link, allowed)
        if wanted is None or failed is not None:
            break
        if isinstance(answer, Missing) and not _worth_another(answer.reason, sent, wanted):
            failed = answer.reason
        elif writes == MOST_WRITES:
            failed = answer.reason if isinstance(answer, Missing) else NOT_KEPT
    if writes:
        with suppress(OSError):  # then it stands as begun, and the next run looks
            journal.ended(change, failed)
    return Outcome(change=change, writes=writes, failed=failed), link


def _unintended(journal: Journal, change: Change) -> Reason | None:
    """Why the intention could not be put on disk: then nothing is sent."""
    try:
        journal.intend(change)
    except OSError as error:
        message = f"Nothing was sent: the journal {journal.path} can't be written ({error.strerror})."
        return Reason(code=Code.UNAVAILABLE, message=message)
    return None


def _worth_another(reason: Reason, sent: Change, wanted: Change) -> bool:
    """Whether the write may do better now: it was lost or put off, or the link was not what it was sent for."""
    return reason.code in WORTH_ANOTHER or sent.before != wanted.before or reason.status in (404, 409)


def _decide(
    principal: Principal, change: Change, link: LinkFact | NoLink | Missing, allowed: Allowed
) -> tuple[Change | None, Reason | None]:
    """What is left to do now that the link has been read; or why nothing may be done."""
    if isinstance(link, Missing):
        return change, link.reason
    left = change_for(TargetFacts(target=principal.target, object_id=change.object_id, link=link))
    if left is not None and left.before != change.before and allowed.reason_against(left):
        return left, STANDS
    return left, None


def _write(principal: Principal, questions: Questions, change: Change) -> Exchange[None]:
    azure = questions.azure

    def ask() -> Any:
        match change:
            case Change(action="create", after=str(wanted)):
                azure.create_link(principal, wanted)
            case Change(action="replace", after=str(wanted)):
                azure.replace_link(principal, wanted)
            case Change(action="remove", before=str(linked)):
                azure.remove_link(principal, linked)

    return Exchange(principal, ask, once=True)
