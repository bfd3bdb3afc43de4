"""Facts in, findings out: each case of `tests/cases/findings` gives exactly the places that it names."""

from collections.abc import Iterator
from typing import Any

import pytest

from pal_agent.findings import all_findings
from tests.findings.telling import FOLDER, Words, all_findings_of, cases, place

KINDS = [kind.id for kind in all_findings()]


def _cases() -> Iterator[Any]:
    for finding_id in KINDS:
        for case in cases(finding_id):
            yield pytest.param(finding_id, case, id=f"{finding_id}: {case['says']}")


@pytest.mark.parametrize(("finding_id", "case"), tuple(_cases()))
def test_case(finding_id: str, case: Words) -> None:
    """The finding is at the places in `finds`, once each, and says the words in `telling` and `mended_by`."""
    found = [finding for finding in all_findings_of(case) if finding.id == finding_id]
    assert [place(finding) for finding in found] == case["finds"]
    for words in case.get("telling", []):
        assert words in " ".join(finding.message for finding in found)
    for words in case.get("mended_by", []):
        assert words in " ".join(finding.fix for finding in found)


@pytest.mark.parametrize("finding_id", KINDS)
def test_both_ways(finding_id: str) -> None:
    """Every finding has a case where it fires and one where it stays silent."""
    assert {bool(case["finds"]) for case in cases(finding_id)} == {True, False}


def test_no_stray_case_file() -> None:
    """Every case file belongs to a finding."""
    assert sorted(file.stem for file in FOLDER.glob("*.yaml")) == KINDS
