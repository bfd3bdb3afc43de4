"""The page needs nothing but itself, allows nothing but its own style and script, and says the same bytes again."""

import json
import re
from base64 import b64encode
from collections import Counter
from datetime import UTC, datetime
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from pal_agent.model import Run
from pal_agent.report import Options, html
from tests.report.example_run import empty_run, example_run, well_run
from tests.report.golden import assert_golden
from tests.report.hostile_run import HOSTILE, hostile_run
from tests.report.large_run import large_run
from tests.report.peak_memory import peak

OPTIONS = Options(now=datetime(2026, 11, 4, 7, tzinfo=UTC))


class Page(HTMLParser):
    """Tags, attributes, and the text of style and script elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.raw: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag in ("style", "script"):
            self.raw.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem in ("style", "script"):
            tag, attributes, text = self.raw[-1]
            self.raw[-1] = (tag, attributes, text + data)

    def rows(self) -> list[object]:
        return [json.loads(text) for tag, kept, text in self.raw if kept.get("type") == "application/json"]


def rendered(run: Run) -> str:
    return "".join(html.render(run, OPTIONS))


@pytest.mark.parametrize("run", [example_run(), empty_run(), hostile_run()], ids=["example", "empty", "hostile"])
def test_nothing_in_the_page_reaches_out_or_runs_by_itself(run: Run) -> None:
    """No source but the page, no handler, no inline style: whatever the names are."""
    page = Page(rendered(run))
    assert not page.tags.keys() & {"img", "iframe", "object", "embed", "link", "base", "audio", "video"}
    for tag, name, value in page.attributes:
        assert not name.startswith("on"), (tag, name)
        assert name not in ("src", "srcset", "style", "action", "formaction", "data"), (tag, name)
        if name == "href":
            assert (value or "").startswith("#"), value


def test_the_policy_names_exactly_this_style_and_this_script() -> None:
    """`default-src 'none'`, and the hashes are those of what stands in the page."""
    page = Page(rendered(example_run()))
    [policy] = [
        value or "" for _, name, value in page.attributes if name == "content" and "default-src" in (value or "")
    ]
    [style] = [text for tag, _, text in page.raw if tag == "style"]
    [script] = [text for _, kept, text in page.raw if kept.get("type") == "module"]
    assert policy == (
        f"default-src 'none'; style-src '{hashed(style)}'; script-src '{hashed(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def hashed(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def test_hostile_names_change_nothing_in_the_page_but_text() -> None:
    """As many tags of each kind as harmless names make, and no raw markup in the rows."""
    page = Page(rendered(hostile_run()))
    assert page.tags["script"] == 5  # meta, one block each of targets, subscriptions, findings; the script
    assert "window.hurt" in json.dumps(page.rows())
    for _, kept, text in page.raw:
        if kept.get("type") == "application/json":
            assert not re.search(r"[<>&\x00-\x1f\x7f-\uffff]", text)
    assert "49" not in [text for _, _, text in page.raw if text == "49"]
    assert "{{7*7}}" in json.dumps(page.rows())


def test_every_row_of_the_run_is_in_the_page() -> None:
    """Targets, subscriptions with their groups, and findings, in the run's order."""
    rows = [row for block in Page(rendered(example_run())).rows()[1:] for row in block]  # type: ignore[attr-defined]
    assert [row[0] for row in rows[:4]] == ["adatum-ops", "fabrikam-deploy", "northwind-deploy", "wingtip-deploy"]
    assert [(row[1], row[4], [group[0] for group in row[7]]) for row in rows[4:8]] == [
        ("fabrikam-production", "fff", ["rg-app", "rg-data", "rg-network"]),
        ("northwind-shop", "fpp", ["legacy-01", "shop-prod"]),
        ("wingtip-main", "nnn", ["toys"]),
        ("adatum-lab", "uuu", []),
    ]
    assert [row[0] for row in rows[8:]] == [finding.id for finding in example_run().findings()]


def test_the_page_is_written_while_the_run_is_walked() -> None:
    """Four times the subscriptions take no more memory."""
    small, large = (
        peak(html.render(large_run(targets=10, subscriptions=size, groups=4), OPTIONS)) for size in (60, 240)
    )
    assert large < 1.3 * small


@pytest.mark.parametrize(("name", "run"), [("report", example_run()), ("report-well", well_run())])
def test_same_run_same_bytes(name: str, run: Run) -> None:
    """The page without its style and script, which have their own tests."""
    page = re.sub(r"(?s)(<style>|<script type=\"module\">).*?(</)", r"\1…\2", rendered(run))
    page = re.sub(r"sha256-[\w+/=]+", "sha256-…", page)
    page = re.sub(r"(?s)<svg class=\"sprites\".*?\n</svg>", "<svg …/>", page)
    assert rendered(run) == rendered(run)
    assert_golden(f"{name}.html", page)


def test_hostile_strings_cover_what_the_faults_list_names() -> None:
    """The list that the other tests lean on really holds each kind."""
    joined = "".join(text[:200] for text in HOSTILE)
    for sign in (
        "\x1b",
        "\x9b",
        "\x00",
        "\u202e",
        "\ud800",
        "\n::",
        "##vso",
        "<script>",
        "onerror",
        "{{",
        "]]>",
        "=",
        "+",
        "@",
    ):
        assert sign in joined
    assert max(map(len, HOSTILE)) == 65_536
