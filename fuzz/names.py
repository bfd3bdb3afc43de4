"""A name of a customer's choice, through every format: no control character, no formula, no broken file."""

import csv
import json
import re
from datetime import UTC, datetime
from io import StringIO
from xml.etree import ElementTree

from pal_agent.report import Options, html, junit, markdown, sarif, table
from pal_agent.report import csv as csv_format
from pal_agent.report import json as json_format
from pal_agent.report.writing import masked
from tests.report.hostile_run import hostile_run

NOW = datetime(2026, 11, 4, tzinfo=UTC)
FORMATS = {"table": table, "json": json_format, "csv": csv_format, "junit": junit, "sarif": sarif, "markdown": markdown}
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff]")
COMMAND = re.compile(r"^\s*(::|##\[|##vso\[)", re.MULTILINE)
FORMULA = re.compile(r"[=+\-@\t\r]")


def one(data: bytes) -> None:
    name = data.decode("utf-8", "surrogateescape" if len(data) % 2 else "surrogatepass" if _passes(data) else "replace")
    run = hostile_run((name,))
    for number, (form, module) in enumerate({**FORMATS, **({"html": html} if len(data) % 32 == 0 else {})}.items()):
        options = Options(
            now=NOW, mask=bool((len(data) + number) % 2), unicode=bool(len(data) % 3), width=20 + len(data) % 100
        )
        chunks = module.render(*masked(run, options))
        text = "".join(chunk if isinstance(chunk, str) else chunk.decode() for chunk in chunks)
        ensure_harmless(form, text)


def ensure_harmless(form: str, text: str) -> None:
    text.encode()
    assert not CONTROLS.search(text), form
    assert form in ("html", "json", "sarif") or not COMMAND.search(text), form
    match form:
        case "csv":
            for row in csv.reader(StringIO(text, newline=""), strict=True):
                assert not any(FORMULA.match(cell) for cell in row)
        case "junit":
            ElementTree.fromstring(text)
        case "json" | "sarif":
            json.loads(text)


def _passes(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True
