"""Estates whose names hold escape sequences, markup, formulas and halves of characters: every format copes."""

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pal_agent.cli import check
from pal_agent.cli.ending import ended
from pal_agent.cli.report import command as report_command
from pal_agent.sim.estate import Estate
from pal_agent.sim.random_estate import RandomEstate
from tests.story.odd_estate import NAMES, odd_estate
from tests.story.rehearsal import Stage

TEXT = ("table", "csv", "junit", "markdown", "sarif", "json", "html")
CONTROL = {chr(code) for code in (*range(9), 11, 12, *range(14, 32), 127, *range(128, 160))}
BIDI = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def names_of(estate: Estate) -> set[str]:
    return {subscription.name for tenant in estate.tenants for subscription in tenant.subscriptions}


def hostile(seeds: range) -> list[RandomEstate]:
    """The estates whose subscriptions have the most hostile names."""
    made = [odd_estate(seed) for seed in seeds]
    return sorted(made, key=lambda one: -len(names_of(one.estate) & set(NAMES)))[:2]


@pytest.mark.parametrize("at", range(2))
def test_every_format_renders_and_is_harmless(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whole, parsed by what reads it, without a control or direction character but in HTML's and JSON's own escapes;
    a recorded run gives the same again."""
    made = hostile(range(400, 430))[at]
    for name, value in made.secrets.items():
        monkeypatch.setenv(name, value)
    stage = Stage(tmp_path, made.estate, made.config)
    formats = tuple(f"{name}={tmp_path / name}.out" for name in (*TEXT, "xlsx"))
    code = check.carry_out(stage.words(), formats, adapter=stage.adapter)
    assert code in (0, 1, 3)
    assert capsys.readouterr().err == ""
    for name in TEXT:
        text = (tmp_path / f"{name}.out").read_text(encoding="utf-8-sig")
        assert not CONTROL & set(text), name
        assert not BIDI & set(text), name
    ElementTree.parse(tmp_path / "junit.out")
    json.loads((tmp_path / "sarif.out").read_text(encoding="utf-8"))
    for words in (("-o", "json"), ("--evaluate", "-o", "json")):
        given = ended(lambda words=words: report_command.main([*words, "-c", str(stage.config)], standalone_mode=False))
        assert given == 0, sys.stderr
        assert json.loads(capsys.readouterr().out) == json.loads((tmp_path / "json.out").read_text(encoding="utf-8"))
