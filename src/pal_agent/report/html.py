"""One page that opens from a disk or a mail, without network: the answer first, everything else to be found in it.

The head of the page (sentence, tiles, charts) is plain HTML, so it is there before any script runs. The rows follow
as blocks of JSON that the page's script draws as they are looked at. The policy in the page allows this style and
this script by their hashes, and nothing else: no network, no handlers, no frames.
"""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pal_agent.model import Run, Tier
from pal_agent.report import Options
from pal_agent.report._answer import EXPECTED, TIER_NAMES, answer, many
from pal_agent.report._since import changes
from pal_agent.report.clean import clean
from pal_agent.report.page.charts import Trend, share, slices, trend
from pal_agent.report.page.data import blocks, embed
from pal_agent.report.page.tally import tally
from pal_agent.report.page.tiles import tiles

BINARY = False
SUFFIX = ".html"

TENANTS = 8  # in the chart; the tree below it has them all
SCRIPTS = ("model", "element", "view", "rows", "tree", "detail", "findings", "main")
STATES = {"full": "full", "partial": "partial", "none": "none", "unknown": "unknown"}
LINKS = {"linked": "in place", "missing": "missing", "other": "another partner's", "unknown": "unknown"}


def render(run: Run, options: Options) -> Iterator[str]:
    """Walks the run's parts twice: once to count, once to write. Holds one block of rows at a time."""
    loader = PackageLoader("pal_agent.report", "page")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(clean=clean, date=_date, many=many)
    template = environment.get_template("page.html")
    yield from template.generate(_head(run, options), blocks=blocks(run), **_code())


def _head(run: Run, options: Options) -> dict[str, object]:
    """What the template shows before the rows."""
    header, counts, counted = run.header, run.counts, tally(run)
    wanting = counted.wanting()
    return {
        "header": header,
        "counts": counts,
        "answer": answer(header, counts),
        "expected": EXPECTED,
        "tiles": tuple(tiles(counts)),
        "changes": changes(options.previous, run) if options.previous else (),
        "previous": options.previous.header if options.previous else None,
        "tier_names": TIER_NAMES,
        "tiers": tuple(
            (tier, slices(counted.subscriptions[tier], STATES), slices(counted.groups[tier], STATES)) for tier in Tier
        ),
        "share": share,
        "links": slices(counts.links, LINKS),
        "tenants": tuple((tenant, slices(tenant.states, STATES)) for tenant in wanting[:TENANTS]),
        "tenants_wanting": len(wanting),
        "tenants_total": len(counted.tenants),
        "trend": _trend(run, options),
        "meta": embed({"require": header.require, "quick": header.quick, "finished": header.finished_at}),
    }


def _trend(run: Run, options: Options) -> Trend | None:
    """Recorded runs may or may not hold this one already."""
    recorded = [(header, counts) for header, counts in options.trend if header.id != run.header.id]
    return trend([*recorded, (run.header, run.counts)])


def _code() -> dict[str, object]:
    """Style and script, as written and as the policy names them."""
    page = files("pal_agent.report.page")
    style = page.joinpath("page.css").read_text("utf-8")
    script = "\n".join(page.joinpath(f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    return {
        "style": Markup(style),  # noqa: S704  # our own files, nothing of the run in them
        "script": Markup(script),  # noqa: S704
        "style_hash": _hash(style),
        "script_hash": _hash(script),
    }


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _date(time: str) -> str:
    """`2026-11-04T06:02:41Z` as `2026-11-04 06:02 UTC`: unambiguous everywhere, and the same bytes everywhere."""
    return clean(time[:16].replace("T", " ") + " UTC")
