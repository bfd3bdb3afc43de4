"""Payloads as the services document them, and hostile names that stay names there."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import responses
from markdown_it import MarkdownIt

from pal_agent import notify
from pal_agent.errors import AgentError
from pal_agent.model import Run
from pal_agent.notify.job import job_page
from pal_agent.notify.word import Word, word_of_check
from pal_agent.report import Options
from pal_agent.settings import Notification, SecretReference
from tests.notify.receiver import receiver
from tests.report.example_run import empty_run, example_run, run_of, well_run
from tests.report.hostile_run import hostile_run

# Of apprise's own mail plugin, on Python 3.11 and 3.12.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

OPTIONS = Options(now=datetime(2026, 11, 4, tzinfo=UTC))
ENTRY = Notification(url=SecretReference(kind="env", name="URL"), when="always")
PAGE = "https://example.com/jobs/1"


def told(run: Run) -> Word:
    return word_of_check(run, OPTIONS, link=PAGE)


def sent(url: str, run: Run) -> tuple[AgentError, ...]:
    return notify.send((ENTRY,), told(run), run, OPTIONS, secret=lambda _: url)


def test_teams_gets_a_card_with_a_link_in_place_of_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Power Automate workflow takes an Adaptive Card and no attachment."""
    with receiver(certificates=tmp_path) as service:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
        assert sent(f"workflows://{service.address}/643a8887/c4nary/", example_run()) == ()
    (got,) = service.got
    (card,) = got["attachments"]
    assert got["type"] == "message"
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    shown = json.dumps(card["content"]["body"], ensure_ascii=False)
    assert told(example_run()).title in shown
    assert "wingtip-deploy has no Partner Admin Link" in shown
    assert f"[Reports of this job]({PAGE})" in shown
    assert "643a8887" in service.paths[0]


@responses.activate
def test_slack_gets_the_text_through_its_webhook() -> None:
    """A webhook takes no attachment; the word is sent all the same."""
    hook = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    responses.post(hook, body="ok")
    assert sent(hook, example_run()) == ()
    (call,) = responses.calls
    shown = json.dumps(json.loads(call.request.body or ""), ensure_ascii=False)
    assert told(example_run()).title in shown
    assert "wingtip-deploy has no Partner Admin Link" in shown


def test_hostile_names_are_no_markup_anywhere() -> None:
    """Neither in Markdown (links, images, mentions, HTML) nor as control characters in plain text."""
    word = told(hostile_run())
    page = MarkdownIt("commonmark", {"linkify": True, "html": True}).enable("table").parse(word.markdown())
    kinds = {token.type for block in page for token in (block, *(block.children or ()))}
    assert "html_inline" not in kinds
    assert "html_block" not in kinds
    assert "image" not in kinds
    links = [token for block in page for token in (block.children or ()) if token.type == "link_open"]
    assert [link.attrs["href"] for link in links] == [PAGE]
    assert word.text().replace("\n", "").isprintable()
    assert all(len(line) <= 300 + 2 for line in word.text().splitlines())


def test_a_word_is_short_whatever_the_run() -> None:
    """Services cut, or refuse, what is long."""
    assert len(told(hostile_run()).text()) < 4000


@pytest.mark.parametrize(
    ("run", "mood", "wrong"),
    [(example_run(), "warning", True), (well_run(), "success", False), (empty_run(), "info", False)],
)
def test_the_mood_is_the_answers(run: Run, mood: str, wrong: bool) -> None:
    word = told(run)
    assert (word.mood, word.is_wrong, word.is_for("wrong"), word.is_for("always")) == (mood, wrong, wrong, True)


def test_a_run_that_fails_for_its_warnings_is_wrong() -> None:
    """`--fail-on warning` says what the user takes for wrong."""
    calm = run_of(list(well_run().targets()), [], [])
    failing = run_of(list(well_run().targets()), [], [], exit_code=1)
    assert (told(calm).is_wrong, told(failing).is_wrong) == (False, True)


@pytest.mark.parametrize(
    ("environ", "page"),
    [
        (
            {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "contoso/pal", "GITHUB_RUN_ID": "42"},
            "https://github.com/contoso/pal/actions/runs/42",
        ),
        (
            {
                "SYSTEM_COLLECTIONURI": "https://dev.azure.com/contoso/",
                "SYSTEM_TEAMPROJECT": "Partner Links",
                "BUILD_BUILDID": "7",
            },
            "https://dev.azure.com/contoso/Partner%20Links/_build/results?buildId=7",
        ),
        ({"CI_JOB_URL": "https://gitlab.example.com/pal/-/jobs/9"}, "https://gitlab.example.com/pal/-/jobs/9"),
        ({"CI_JOB_URL": "javascript:alert(1)"}, None),
        ({"GITHUB_SERVER_URL": "https://github.com"}, None),
        ({}, None),
    ],
)
def test_the_job_is_linked_where_there_is_one(environ: dict[str, str], page: str | None) -> None:
    assert job_page(environ) == page
