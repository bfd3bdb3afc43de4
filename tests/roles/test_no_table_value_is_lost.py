"""The catalogue says of every role exactly what Microsoft's table says, and nothing of the others."""

import csv
import hashlib

from hypothesis import given
from hypothesis import strategies as st

from pal_agent.roles import DATA, bundled, origins, read


def rows(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_row_of_the_table_is_in_the_catalogue() -> None:
    """All 122 values, 98 eligible and 24 not, under the GUID, with the name the table uses."""
    table = rows("pec_roles.csv")
    values = [row["pec_eligible"] for row in table]
    assert (values.count("yes"), values.count("no"), len(values)) == (98, 24, 122)
    for row in table:
        role = bundled().entry(row["role_definition_guid"])
        assert role is not None
        assert (role.eligible, role.table_name) == (row["pec_eligible"], row["table_name"])
        assert (role.name, role.note or "") == (row["current_role_name"], row["note"])


def test_every_built_in_role_is_in_the_catalogue() -> None:
    """All 928, each with the table's value, or undocumented where the table has none."""
    listed = rows("builtin_roles.csv")
    roles = bundled().search("")
    assert len(roles) == len(listed) == 928
    for row in listed:
        role = bundled().entry(row["role_definition_guid"].upper())
        assert role is not None
        assert role.eligible == (row["pec_table_value"] or "undocumented")
        assert (role.name, role.guess) == (row["role_name"], row["heuristic"])
        assert role.lighthouse == (row["lighthouse_supported"] == "yes")


def test_the_files_are_those_that_the_source_names() -> None:
    """Nobody edited a value by hand: each file has the digest noted beside its source and date."""
    table, listed = origins()
    assert (table.dated, table.read, listed.dated) == ("2022-11-08", "2023-10", "2026-08-22")
    for origin in (table, listed):
        assert hashlib.sha256((DATA / origin.file).read_bytes()).hexdigest() == origin.sha256


@given(guid=st.uuids(version=4).map(str))
def test_a_role_that_nobody_listed_is_undocumented(guid: str) -> None:
    """A custom role has no name here and no value, whatever its GUID."""
    assert bundled().eligibility(guid) == "undocumented"
    assert bundled().name(guid) is None
    assert bundled().entry(guid) is None


def test_the_guess_is_no_eligibility() -> None:
    """A role that the table does not name stays undocumented although there is a guess for it."""
    guessed = [role for role in bundled().search("") if role.eligible == "undocumented" and role.guess == "yes"]
    assert guessed
    assert all(bundled().eligibility(role.id) == "undocumented" for role in guessed)


def test_roles_are_found_by_guid_not_by_name() -> None:
    """The GUID in any case is the key; search finds words of the current name, the table's name and the GUID."""
    contributor = bundled().entry("B24988AC-6180-42A0-AB88-20F7382DD24C")
    assert contributor is not None
    assert contributor.name == "Contributor"
    assert bundled().name("cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e") == "Support Request Contributor"
    assert bundled().named("contributor") == contributor
    assert bundled().named("Contribut") is None
    assert [role.name for role in bundled().search("request SUPPORT")] == ["Support Request Contributor"]
    renamed = [role.name for role in bundled().search("managed applications reader")]
    assert "Managed Application Publisher Operator" in renamed
    assert bundled().search("b24988ac-6180") == (contributor,)


def test_the_bundled_catalogue_is_what_the_bundled_files_say() -> None:
    """The catalogue is read from the files and from nothing else."""
    assert set(bundled().search("")) == set(read(DATA / "builtin_roles.csv", DATA / "pec_roles.csv"))
