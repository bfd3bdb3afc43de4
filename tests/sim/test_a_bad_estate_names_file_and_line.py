"""An estate that can't be is refused with the place of the mistake."""

from pathlib import Path

import pytest

from pal_agent.sim.estate import Estate
from pal_agent.sim.estate_file import EstateError, load_estate, parse_estate

TENANT = "00000001-7e4a-4000-8000-000000000001"
HEAD = f"tenants:\n  - id: {TENANT}\n    name: One\n"
ONE = "    subscriptions: [{id: 00000001-5b5c-4000-8000-000000000001, name: S}]\n"
CASES = {
    "nothing": ("", 1, "empty"),
    "a list": ("- 1\n", 1, "must be a mapping"),
    "unknown key": (f"{HEAD}    colour: red\n", 4, "no key 'colour'"),
    "twice": (f"{HEAD}    name: Two\n", 4, "'name' twice"),
    "missing": (f"tenants:\n  - id: {TENANT}\n", 2, "lacks name"),
    "no GUID": ("tenants:\n  - id: one\n    name: One\n", 2, "must be a GUID"),
    "no truth": (f"{HEAD}    pim_licensed: perhaps\n", 4, "true or false"),
    "no number": ("latency: fast\n", 1, "must be a number"),
    "no word of these": ("faults: [{match: {per: day}}]\n", 1, "must be one of rule, caller, path"),
    "no YAML": ("tenants: [\n", 2, ""),
    "no list": ("tenants: one\n", 1, "must be a list"),
    "no role": (
        f"{HEAD}{ONE}    assignments:\n      - {{principal: {TENANT}, role: Boss, scope: /}}\n",
        *(6, "name of a built-in role"),
    ),
    "no scope": (
        f"{HEAD}{ONE}    assignments:\n      - {{principal: {TENANT}, role: Owner, scope: here}}\n",
        *(6, "'here' is no scope"),
    ),
    "foreign scope": (
        f"{HEAD}{ONE}    assignments:\n      - {{principal: {TENANT}, role: Owner, scope: /subscriptions/{TENANT}}}\n",
        *(6, "does not have"),
    ),
    "unknown app": (f"{HEAD}    principals:\n      - {{object_id: {TENANT}, app: {TENANT}}}\n", 5, "unknown app"),
    "unknown group": (
        f"{HEAD}    groups:\n      - {{object_id: {TENANT}, groups: [00000009-940b-4000-8000-000000000001]}}\n",
        *(5, "unknown group"),
    ),
    "circle": (
        f"{HEAD}    management_groups:\n      - {{name: a, parent: b}}\n      - {{name: b, parent: a}}\n",
        *(5, "above itself"),
    ),
    "orphan": (f"{HEAD}    management_groups:\n      - {{name: a, parent: b}}\n", 5, "unknown one, b"),
    "tenant twice": (f"{HEAD}  - id: {TENANT.upper()}\n    name: Again\n", 4, "is there twice"),
    "delegated to nobody": (
        f"{HEAD}{ONE}    delegations:\n      - {{scope: /, to: 00000009-7e4a-4000-8000-000000000001}}\n",
        *(6, "unknown tenant"),
    ),
}


@pytest.mark.parametrize(("text", "line", "part"), CASES.values(), ids=CASES)
def test_a_mistake_is_found_on_its_line(text: str, line: int, part: str) -> None:
    """And said in words."""
    with pytest.raises(EstateError) as refused:
        parse_estate(text, source="my.yaml")
    assert str(refused.value).startswith(f"my.yaml:{line}: ")
    assert part in str(refused.value)


def test_a_file_that_is_not_there_is_an_estate_error_too(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(EstateError, match=r"none\.yaml"):
        load_estate(tmp_path / "none.yaml")


def test_numbers_and_words_stay_what_they_are() -> None:
    """No YAML magic turns a name into a truth, nor an ID into a number."""
    estate = parse_estate('partners: {0123: no, "5": }\nlatency: 0.05\npage_sizes: {default: 3}\n')
    assert estate == Estate(partners={"0123": "no", "5": None}, latency=0.05, page_sizes={"default": 3})
