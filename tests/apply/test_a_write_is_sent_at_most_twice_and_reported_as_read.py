"""Carrying a change out, answered by hand: what is reported is what was read, and no write goes out unrecorded."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pal_agent.apply import FRESH, carry_out
from pal_agent.cloud.principal import Principal
from pal_agent.gather import Questions
from pal_agent.journal import Journal
from pal_agent.model import Change, Code, LinkFact, Missing, NoLink, Outcome, Reason, Target
from pal_agent.plan import Allowed

OURS, THEIRS = "5127255", "4433221"
CREATE = Change(action="create", credential="c", tenant_id="t", object_id="o", before=None, after=OURS)
REPLACE = Change(action="replace", credential="c", tenant_id="t", object_id="o", before=THEIRS, after=OURS)
REMOVE = Change(action="remove", credential="c", tenant_id="t", object_id="o", before=OURS, after=None)
LINKED, OTHER, NONE = LinkFact(partner_id=OURS), LinkFact(partner_id=THEIRS), NoLink()


def failed(code: Code, status: int | None = None) -> Missing:
    return Missing(reason=Reason(code=code, message="no", status=status))


LOST = failed(Code.UNREACHABLE)


class Azure:
    """Notes who asked for what."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def link(self, caller: Principal) -> None:
        self.asked.append(("read", caller))

    def create_link(self, caller: Principal, partner_id: str) -> None:
        self.asked.append(("create", caller, partner_id))

    def replace_link(self, caller: Principal, partner_id: str) -> None:
        self.asked.append(("replace", caller, partner_id))

    def remove_link(self, caller: Principal, partner_id: str) -> None:
        self.asked.append(("remove", caller, partner_id))


class Story:
    """A conversation answered by hand: `writes` and `reads` are given out in turn, the last one for ever.

    Everything that is asked is asked of `azure` too, by `principal`.
    """

    def __init__(self, journal: Journal, change: Change, *, allowed: Allowed, age: float = 0.0) -> None:
        link: Literal["present", "absent"] = "absent" if change.action == "remove" else "present"
        target = Target(credential="c", tenant_id="t", client_id=None, expected_partner_id=OURS, link=link)
        self.azure = Azure()
        self.principal = Principal(target, sign_in=cast("Any", None), timeout=300)
        self.conversation = carry_out(
            self.principal,
            Questions(azure=cast("Any", self.azure)),
            change=change,
            read_at=time.monotonic() - age,
            allowed=allowed,
            journal=journal,
        )

    def told(self, writes: list[Any], reads: list[Any]) -> tuple[Outcome, Any]:
        writes, reads = list(writes), list(reads)
        answer = None
        try:
            while True:
                (exchange,) = self.conversation.send(answer) if answer else next(self.conversation)
                exchange.ask()
                answers = writes if exchange._once else reads
                answer = (answers.pop(0) if len(answers) > 1 else answers[0],)
        except StopIteration as ended:
            return cast("tuple[Outcome, Any]", ended.value)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl", run_id="run", now=lambda: "2026-11-22T10:00:00Z")


Tell = Callable[..., tuple[Outcome, Any]]


@pytest.fixture
def tell(journal: Journal) -> Tell:
    def tell(change: Change, *, writes: list[Any], reads: list[Any], replace: bool = False, age: float = 0.0) -> Any:
        return Story(journal, change, allowed=Allowed(replace=replace), age=age).told(writes, reads)

    return tell


@pytest.mark.parametrize(
    ("change", "writes", "reads", "replace", "sent", "failure"),
    [
        pytest.param(CREATE, [None], [LINKED], False, 1, None, id="plain create"),
        pytest.param(CREATE, [LOST], [LINKED], False, 1, None, id="lost answer, link stands"),
        pytest.param(CREATE, [LOST, None], [NONE, LINKED], False, 2, None, id="lost before it was applied"),
        pytest.param(CREATE, [LOST], [NONE], False, 2, Code.UNREACHABLE, id="lost twice"),
        pytest.param(CREATE, [failed(Code.BAD_RESPONSE, 400)], [NONE], False, 1, Code.BAD_RESPONSE, id="ID invalid"),
        pytest.param(CREATE, [failed(Code.FORBIDDEN, 403)], [NONE], False, 1, Code.FORBIDDEN, id="forbidden"),
        pytest.param(
            CREATE, [failed(Code.BAD_RESPONSE, 409)], [OTHER], False, 1, Code.FORBIDDEN, id="another's stands"
        ),
        pytest.param(CREATE, [failed(Code.BAD_RESPONSE, 409), None], [OTHER, LINKED], True, 2, None, id="replace"),
        pytest.param(CREATE, [failed(Code.BAD_RESPONSE, 409)], [LINKED], False, 1, None, id="linked by a twin"),
        pytest.param(CREATE, [None], [NONE], False, 2, Code.BAD_RESPONSE, id="accepted but not kept"),
        pytest.param(CREATE, [None], [failed(Code.TIMEOUT)], False, 1, Code.TIMEOUT, id="can't be read back"),
        pytest.param(CREATE, [failed(Code.THROTTLED, 429), None], [NONE, LINKED], False, 2, None, id="throttled once"),
        pytest.param(REPLACE, [None], [LINKED], True, 1, None, id="plain replace"),
        pytest.param(REPLACE, [failed(Code.BAD_RESPONSE, 404), None], [NONE, LINKED], True, 2, None, id="vanished"),
        pytest.param(CREATE, [failed(Code.BAD_RESPONSE, 409), None], [NONE, LINKED], False, 2, None, id="409, no link"),
        pytest.param(
            REPLACE, [failed(Code.BAD_RESPONSE, 404), None], [OTHER, LINKED], True, 2, None, id="404, but linked"
        ),
        pytest.param(CREATE, [failed(Code.BAD_RESPONSE, 400), None], [OTHER, LINKED], True, 2, None, id="other link"),
        pytest.param(REMOVE, [None], [NONE], False, 1, None, id="plain remove"),
        pytest.param(REMOVE, [None], [LINKED], False, 2, Code.BAD_RESPONSE, id="removed but still there"),
        pytest.param(REMOVE, [LOST, None], [LINKED, NONE], False, 2, None, id="remove lost once"),
    ],
)
def test_each_answer_has_its_ending(
    tell: Tell, change: Change, writes: list[Any], reads: list[Any], replace: bool, sent: int, failure: Code | None
) -> None:
    """F07 and F18 of the fault table, and their neighbours."""
    outcome, link = tell(change, writes=writes, reads=reads, replace=replace)
    assert (outcome.writes, outcome.change) == (sent, change)
    assert (outcome.failed and outcome.failed.code) == failure
    assert link == reads[-1] or len(reads) > sent


@pytest.mark.parametrize(
    ("change", "link", "written"),
    [(CREATE, LINKED, ("create", OURS)), (REPLACE, LINKED, ("replace", OURS)), (REMOVE, NONE, ("remove", OURS))],
    ids=["create", "replace", "remove"],
)
@pytest.mark.parametrize("age", [0.0, FRESH + 1], ids=["fresh", "old"])
def test_azure_is_asked_for_the_change_by_its_principal(
    journal: Journal, change: Change, link: LinkFact | NoLink, written: tuple[str, str], age: float
) -> None:
    """One write with the new ID, or to remove with the one that is linked; then one read. An old read comes again."""
    before = NONE if change.before is None else LinkFact(partner_id=change.before)
    story = Story(journal, change, allowed=Allowed(replace=True, remove=True), age=age)
    story.told([None], [before, link] if age else [link])
    action, partner_id = written
    caller = story.principal
    once = [(action, caller, partner_id), ("read", caller)]
    assert story.azure.asked == ([("read", caller), *once] if age else once)


def test_the_second_write_is_for_what_was_found(journal: Journal) -> None:
    """Another's link appeared where none was: it is replaced, not created again."""
    story = Story(journal, CREATE, allowed=Allowed(replace=True))
    story.told([failed(Code.BAD_RESPONSE, 409), None], [OTHER, LINKED])
    assert [asked[0] for asked in story.azure.asked] == ["create", "read", "replace", "read"]


@pytest.mark.parametrize(
    ("writes", "reads", "ending"),
    [([None], [LINKED], None), ([failed(Code.FORBIDDEN, 403)], [NONE], "forbidden: no")],
    ids=["done", "failed"],
)
def test_the_journal_tells_how_it_ended(
    journal: Journal, writes: list[Any], reads: list[Any], ending: str | None
) -> None:
    """The change as it was planned, and why it failed where it did."""
    Story(journal, CREATE, allowed=Allowed()).told(writes, reads)
    (entry,) = journal.entries()
    assert (entry.change, entry.ended, entry.failed) == (CREATE, True, ending)


def test_what_cannot_stand_in_the_journal_is_not_sent(tmp_path: Path) -> None:
    """Told as the target's failure, with the file and why."""
    journal = Journal(tmp_path, run_id="run", now=lambda: "now")  # a folder
    story = Story(journal, CREATE, allowed=Allowed())
    outcome, link = story.told([None], [LINKED])
    assert (outcome.writes, link, story.azure.asked) == (0, None, [])
    assert outcome.failed == Reason(
        code=Code.UNAVAILABLE, message=f"Nothing was sent: the journal {tmp_path} can't be written (Is a directory)."
    )


def test_an_ending_that_cannot_stand_in_the_journal_changes_nothing(tmp_path: Path) -> None:
    """The write was made and read back: that is what is told."""

    class FullSoon(Journal):
        def ended(self, change: Change, failed: Reason | None) -> None:
            raise OSError(28, "No space left on device")

    journal = FullSoon(tmp_path / "journal.jsonl", run_id="run", now=lambda: "now")
    outcome, link = Story(journal, CREATE, allowed=Allowed()).told([None], [LINKED])
    assert (outcome.failed, link) == (None, LINKED)


def test_an_old_read_is_repeated_before_writing(tell: Tell) -> None:
    """The link was linked by somebody else while the user was asked: nothing is written."""
    outcome, link = tell(CREATE, writes=[], reads=[OTHER], age=FRESH + 1)
    assert (outcome.writes, link) == (0, OTHER)
    assert outcome.failed is not None
    assert "needs" not in outcome.failed.message
    assert tell(CREATE, writes=[], reads=[LINKED], age=FRESH + 1)[0].failed is None


REFUSALS = [(Code.THROTTLED, 429), (Code.BAD_RESPONSE, 409), (Code.BAD_RESPONSE, 400), (Code.FORBIDDEN, 403)]
ANSWERS = st.sampled_from([None, LOST, failed(Code.TIMEOUT), *(failed(*refusal) for refusal in REFUSALS)])
READS = st.sampled_from([LINKED, OTHER, NONE, failed(Code.TIMEOUT), failed(Code.UNAVAILABLE, 503)])


@given(
    change=st.sampled_from([CREATE, REPLACE]),
    writes=st.lists(ANSWERS, min_size=1, max_size=4),
    reads=st.lists(READS, min_size=1, max_size=4),
    age=st.sampled_from([0.0, FRESH + 1]),
)
def test_whatever_azure_answers_the_promises_hold(
    tmp_path_factory: pytest.TempPathFactory, change: Change, writes: list[Any], reads: list[Any], age: float
) -> None:
    """At most two writes; success only when the wanted ID was read; every write stood in the journal before."""
    journal = Journal(tmp_path_factory.mktemp("j") / "journal.jsonl", run_id="run", now=lambda: "now")
    outcome, link = Story(journal, change, allowed=Allowed(), age=age).told(writes, reads)
    assert outcome.writes <= 2
    assert (outcome.failed is None) == (link == LINKED)
    entries = journal.entries()
    assert len(entries) == (1 if outcome.writes else 0)
    assert all(entry.ended for entry in entries)
