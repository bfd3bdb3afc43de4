"""The page, worked with in a real browser: found, filtered, opened, copied, printed, by mouse and by keyboard."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from pal_agent.model import Run
from pal_agent.report import Options, html
from tests.report.example_run import FABRIKAM, WINGTIP, empty_run, example_run, guid, well_run
from tests.report.hostile_run import HOSTILE, hostile_run
from tests.report.large_run import large_run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")]
# Neither background requests nor a display: only the page.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Opened:
    """A page, with everything that it said to the console or asked of the network."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def names(self) -> list[str]:
        return [text.strip() for text in self.page.locator(".row .name .text").all_inner_texts()]


Open = Callable[..., Opened]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a run's page from disk; at the end, it must have asked for nothing and complained of nothing."""
    contexts, seen = [], []

    def open_page(run: Run, at: str = "", *, width: int = 1300, **settings: object) -> Opened:
        path = tmp_path / "report.html"
        path.write_text("".join(html.render(run, Options(now=datetime(2026, 11, 4, tzinfo=UTC)))), encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900}, **settings)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        contexts.append(context)
        opened = Opened(context.new_page())
        seen.append(opened)
        opened.page.on("console", lambda message: opened.said.append(message.text))
        opened.page.on("pageerror", lambda error: opened.said.append(str(error)))
        opened.page.on("dialog", lambda dialog: opened.said.append(dialog.message))
        opened.page.on("request", lambda request: opened.asked.append(request.url))
        opened.page.goto(path.as_uri() + at)
        if settings.get("java_script_enabled", True):
            opened.page.wait_for_selector("html[data-ready]")
        return opened

    yield open_page
    for opened in seen:
        assert opened.said == []
        assert all(url.startswith("file:") for url in opened.asked)
    for context in contexts:
        context.close()


def test_a_search_leaves_what_matches_and_the_way_to_it(show: Open) -> None:
    """A group is shown under its subscription and its tenant, opened; the address remembers."""
    opened = show(example_run())
    opened.page.keyboard.press("/")
    opened.page.keyboard.type("SHOP-prod")
    expect(opened.page).to_have_url(re.compile("[?]q=SHOP-prod$"))
    assert opened.names() == ["Northwind Traders", "northwind-shop", "shop-prod"]
    opened.page.fill("#search", "no such thing")
    expect(opened.page.locator("#nothing")).to_contain_text("Nothing matches")
    opened.page.click("#nothing button")
    expect(opened.page.locator(".row-tenant")).to_have_count(4)


def test_filters_narrow_by_state_tenant_tier_and_kind(show: Open) -> None:
    """Each alone, and together; the state is that of the chosen tier."""
    opened = show(example_run())
    opened.page.check("#state input[value=partial]", force=True)
    assert [name for name in opened.names() if name.startswith("northwind-")] == ["northwind-shop"]
    assert "wingtip-main" not in opened.names()
    opened.page.check("#tier input[value=association]", force=True)
    assert "northwind-shop" not in opened.names()
    opened.page.click("#reset")
    opened.page.select_option("#tenant", WINGTIP)
    assert opened.names() == ["Wingtip Toys", "wingtip-deploy", "wingtip-main"]
    opened.page.select_option("#kind", "group")
    assert opened.names() == ["Wingtip Toys", "wingtip-main", "toys"]


def test_sorting_puts_the_worst_or_the_first_name_on_top(show: Open) -> None:
    """Worst first is what one sees; names are a choice away."""
    opened = show(example_run())
    tenants = opened.page.locator(".row-tenant .name .text")
    assert tenants.all_inner_texts()[-1] == "Fabrikam, Inc."
    opened.page.select_option("#sort", "name")
    assert tenants.all_inner_texts() == ["A. Datum Corporation", "Fabrikam, Inc.", "Northwind Traders", "Wingtip Toys"]


def test_everything_can_be_done_by_keyboard(show: Open) -> None:
    """Move, open, close, details and back, as a tree should."""
    opened = show(well_run())
    keyboard = opened.page.keyboard
    opened.page.focus("#tree")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        keyboard.press(key)
    assert opened.names()[2:5] == ["fabrikam-production", "rg-app", "rg-data"]
    keyboard.press("ArrowRight")
    keyboard.press("Enter")
    expect(opened.page.locator("#detail h3")).to_have_text("rg-app")
    keyboard.press("Escape")
    expect(opened.page.locator("#detail")).to_be_hidden()
    keyboard.press("ArrowLeft")
    keyboard.press("ArrowLeft")
    assert opened.page.locator(".row[aria-selected=true] .text").first.inner_text() == "fabrikam-production"
    assert "rg-app" not in opened.names()
    keyboard.press("End")
    assert opened.page.locator("#tree").get_attribute("aria-activedescendant") == "row-5"


def test_a_click_opens_a_branch_and_shows_the_details(show: Open) -> None:
    """The twist opens; the row tells everything: state in each tier, role, credential, finding and its command."""
    opened = show(example_run())
    opened.page.click(".row:has-text('northwind-shop') .twist")
    assert "legacy-01" in opened.names()
    opened.page.click(".row-subscription:has-text('northwind-shop') .text >> nth=0")
    detail = opened.page.locator("#detail")
    for told in (
        "northwind-shop",
        "partial",
        "required",
        guid(22),
        "Contributor",
        "northwind-deploy",
        "earns in 1 of 2",
    ):
        expect(detail).to_contain_text(told)
    expect(opened.page.locator(".row-group:has-text('legacy-01') .why")).to_contain_text("Reader does not count")
    opened.page.click(".row-target:has-text('adatum-ops') .text >> nth=0")
    expect(detail).to_contain_text("credential-expired (HTTP 401): AADSTS7000222")


def test_a_link_into_the_page_opens_what_it_names(show: Open) -> None:
    """A group deep in the tree, from nothing but the address; nonsense in it does no harm."""
    group = f"/subscriptions/{guid(22)}/resourceGroups/legacy-01"
    opened = show(example_run(), f"#scopes?at={group}")
    expect(opened.page.locator("#detail h3")).to_have_text("legacy-01")
    assert "legacy-01" in opened.names()
    opened.page.click("a[href='#scopes?kind=target']")
    expect(opened.page.locator(".row-target")).to_have_count(4)
    expect(opened.page.locator(".row-subscription")).to_have_count(0)
    opened.page.evaluate("location.hash = '#scopes?tier=<b>&state=%E0%A4%A,x&sort=1&tenant=%00&at=%'")
    expect(opened.page.locator("#nothing")).to_be_visible()


def test_a_finding_leads_to_its_place_and_its_command_is_copied(show: Open) -> None:
    """What the clipboard gets is the command, byte for byte."""
    opened = show(example_run(), permissions=["clipboard-read", "clipboard-write"])
    finding = opened.page.locator(".finding:has-text('wingtip-deploy has no')")
    finding.locator(".copy").click()
    expect(finding.locator(".copy")).to_have_text("Copied")
    assert opened.page.evaluate("navigator.clipboard.readText()") == "az managementpartner create --partner-id 5127255"
    finding.locator(".where a").click()
    expect(opened.page.locator("#detail h3")).to_have_text("wingtip-deploy")
    opened.page.click(".pill:has-text('target-unverified')")
    expect(opened.page.locator(".finding-group")).to_have_count(1)
    expect(opened.page.locator("#exception-list")).to_contain_text("2027-01-31")


def test_hostile_names_are_text_and_nothing_else(show: Open) -> None:
    """They run nothing, draw nothing, ask for nothing, and are all there to be read."""
    opened = show(hostile_run())
    opened.page.click("#expand")
    for _ in range(len(HOSTILE)):
        opened.page.keyboard.press("PageDown")
    opened.page.locator("#tree").evaluate("tree => { tree.scrollTop = 0; }")
    opened.page.click(".row-subscription .text >> nth=0")
    for shown in ("<script>window.hurt=1</script>", "{{7*7}}", "\\u202egnp.exe", "\\x1b[31mred"):
        opened.page.fill("#search", shown)
        expect(opened.page.locator(f".row-tenant:has-text({json.dumps(shown)})").first).to_be_visible()
    assert opened.page.evaluate("window.hurt") is None
    assert opened.page.locator("main img, main script, main a:not([href^='#'])").count() == 0
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(show: Open, scheme: str) -> None:
    """WCAG AA: every visible text has 4.5 to 1 against what lies behind it, and each state has a word."""
    opened = show(example_run(), f"#scopes?at=/subscriptions/{guid(22)}", color_scheme=scheme)
    assert opened.page.evaluate(CONTRAST) == []
    for chip in opened.page.locator(".chip").all_inner_texts():
        assert chip.strip() in {"full", "partial", "none", "unknown", "linked", "no link"}


# Walks up to the first opaque background and compares luminances, as the guideline defines them.
CONTRAST = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const luminance = ([red, green, blue]) =>
    0.2126 * linear(red / 255) + 0.7152 * linear(green / 255) + 0.0722 * linear(blue / 255);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    if (element.closest("svg, .unseen, script, option, noscript")) continue;
    const [text, back] = [luminance(rgba(getComputedStyle(element).color)), luminance(behind(element))];
    const ratio = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
    if (ratio < 4.5) low.push(`${element.className}: ${element.textContent.trim()}: ${ratio.toFixed(2)}`);
  }
  return low;
}"""


def test_a_phone_shows_it_without_sideways_scrolling(show: Open) -> None:
    """390 pixels wide; details come up as a sheet."""
    opened = show(example_run(), width=390)
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    opened.page.click(".row-subscription:has-text('wingtip-main') .text >> nth=0")
    expect(opened.page.locator("#detail")).to_be_in_viewport()


def test_paper_gets_the_rows_and_no_buttons(show: Open) -> None:
    """What is filtered is printed, as a table."""
    opened = show(example_run())
    opened.page.emulate_media(media="print")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(opened.page.locator("#print-rows tr")).to_have_count(12)
    expect(opened.page.locator("#filters")).to_be_hidden()


def test_without_scripts_the_answer_still_stands(show: Open) -> None:
    """Sentence, tiles and charts are plain HTML; the page says what is not."""
    opened = show(example_run(), java_script_enabled=False)
    expect(opened.page.locator("h1")).to_contain_text("Could not tell everything")
    expect(opened.page.locator(".tile")).to_have_count(4)
    expect(opened.page.locator("noscript")).to_be_visible()


@pytest.mark.parametrize(
    ("run", "calm"),
    [(well_run(), "Nothing to do. No finding is open."), (empty_run(), "Nothing was checked, so nothing was found.")],
    ids=["well", "empty"],
)
def test_nothing_to_do_looks_like_it(show: Open, run: Run, calm: str) -> None:
    """No empty boxes: the page says that all is well, or that there was nothing."""
    opened = show(run)
    expect(opened.page.locator(".calm")).to_have_text(calm)


def test_five_thousand_subscriptions_stay_usable(show: Open) -> None:
    """100,000 resource groups: first paint under 2 s, a handful of rows drawn, and a search finds its one."""
    opened = show(large_run(targets=1000, subscriptions=5, groups=20))
    [paint] = opened.page.evaluate(
        "performance.getEntriesByName('first-contentful-paint').map((entry) => entry.startTime)"
    )
    assert paint < 2000
    expect(opened.page.locator("#shown")).to_contain_text("5,000 subscriptions · 100,000 resource groups")
    opened.page.click("#expand")
    assert opened.page.locator(".row").count() < 60
    opened.page.focus("#tree")
    opened.page.keyboard.press("End")
    expect(opened.page.locator(".row[aria-selected=true]")).to_be_in_viewport()
    opened.page.fill("#search", "customer-00777")
    expect(opened.page.locator("#shown")).to_contain_text(
        "1 tenant · 1 credential · 5 subscriptions · 100 resource groups match"
    )


def test_a_tenant_is_named_in_the_address_by_its_id(show: Open) -> None:
    """The tile and the chart lead into the tree, filtered."""
    opened = show(example_run(), f"#scopes?tenant={FABRIKAM}")
    assert opened.names() == ["Fabrikam, Inc.", "fabrikam-deploy", "fabrikam-production"]
    assert opened.page.input_value("#tenant") == FABRIKAM
