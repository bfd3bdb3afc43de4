"""`python -m pal_agent.roles.refresh` replaces the bundled files, and refuses files that lose or contradict a value."""

import json
from pathlib import Path

import pytest

from pal_agent.roles import DATA, read
from pal_agent.roles.refresh import RoleDataError, main, refresh

TABLE = "role_definition_guid,table_name,current_role_name,pec_eligible,note\n"
ROLES = (
    "role_definition_guid,role_name,pec_table_value,heuristic,has_non_read_control_action,has_data_actions,"
    "lighthouse_supported\n"
)
ONE = "11111111-1111-1111-1111-111111111111"
TWO = "22222222-2222-2222-2222-222222222222"
DATES = {"table": ("2027-01-01", "2027-02"), "roles": ("2027-02-03", "2027-02-03")}


def csv_files(folder: Path, table: str, roles: str) -> tuple[Path, Path]:
    files = folder / "table.csv", folder / "roles.csv"
    files[0].write_text(TABLE + table, encoding="utf-8")
    files[1].write_text(ROLES + roles, encoding="utf-8")
    return files


def arguments(table: Path, roles: Path, *, dated: str, into: Path) -> list[str]:
    of_table = ["--table", str(table), "--table-dated", dated, "--table-read", "2027-02"]
    return [*of_table, "--roles", str(roles), "--roles-dated", "2027-02-03", "--into", str(into)]


def test_the_bundled_files_pass_and_come_out_as_they_went_in(tmp_path: Path) -> None:
    """Refreshing from the files in use, with their own dates, changes no byte."""
    dates = {"table": ("2022-11-08", "2023-10"), "roles": ("2026-08-22", "2026-08-22")}
    count = refresh(table=DATA / "pec_roles.csv", roles=DATA / "builtin_roles.csv", dates=dates, into=tmp_path)
    assert count == 928
    for name in ("pec_roles.csv", "builtin_roles.csv", "source.json"):
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes()


def test_newer_files_replace_older_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From the command line, with the new dates noted beside the files."""
    table, roles = csv_files(
        tmp_path, f"{ONE},Old,New,yes,\n", f"{ONE},New,yes,yes,yes,no,yes\n{TWO},Other,,no,no,no,no\n"
    )
    into = tmp_path / "data"
    into.mkdir()
    main(arguments(table, roles, dated="2027-01-01", into=into))
    assert capsys.readouterr().out.startswith("2 roles.")
    assert [role.eligible for role in read(into / "builtin_roles.csv", into / "pec_roles.csv")] == [
        "yes",
        "undocumented",
    ]
    source = json.loads((into / "source.json").read_text(encoding="utf-8"))
    assert (source["table"]["dated"], source["table"]["read"], source["roles"]["dated"]) == (
        "2027-01-01",
        "2027-02",
        "2027-02-03",
    )


@pytest.mark.parametrize(
    ("table", "roles", "complaint"),
    [
        (f"{ONE},A,A,yes,\n", f"{TWO},B,,no,no,no,no\n", "in the table and not in the list"),
        (f"{ONE},A,A,yes,\n", f"{ONE},A,,yes,no,no,no\n", "'yes' in the table and '' in the list"),
        (f"{ONE},A,A,no,\n", f"{ONE},A,yes,yes,no,no,no\n", "'no' in the table and 'yes' in the list"),
        ("", f"{ONE},A,yes,yes,no,no,no\n", "no rows"),
        (f"{ONE},A,A,maybe,\n", f"{ONE},A,maybe,yes,no,no,no\n", "'maybe'"),
        (f"{ONE},A,A,yes,\n", f"{ONE},A,yes,perhaps,no,no,no\n", "'perhaps'"),
        (f"{ONE},A,A,yes,\n{ONE},A,A,yes,\n", f"{ONE},A,yes,yes,no,no,no\n", "2 times"),
        ("Contributor,A,A,yes,\n", "Contributor,A,yes,yes,no,no,no\n", "no GUID"),
        (f"{ONE},A,A\n", f"{ONE},A,yes,yes,no,no,no\n", "table.csv:2: no pec_eligible"),
        (f"{ONE},A,A,yes,\n", f"{ONE},A\n", "roles.csv:2: no pec_table_value"),
    ],
)
def test_a_value_that_is_lost_or_contradicted_is_refused(
    tmp_path: Path, table: str, roles: str, complaint: str
) -> None:
    """The refusal names the fault, and no file is written."""
    files = csv_files(tmp_path, table, roles)
    into = tmp_path / "data"
    into.mkdir()
    with pytest.raises(RoleDataError, match=complaint):
        refresh(table=files[0], roles=files[1], dates=DATES, into=into)
    assert list(into.iterdir()) == []


def test_a_date_must_be_one(tmp_path: Path) -> None:
    """The command line ends with a message, not a traceback."""
    table, roles = csv_files(tmp_path, f"{ONE},A,A,yes,\n", f"{ONE},A,yes,yes,no,no,no\n")
    with pytest.raises(SystemExit, match="yesterday is no date"):
        main(arguments(table, roles, dated="yesterday", into=tmp_path))
