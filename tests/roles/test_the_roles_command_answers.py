"""`pal-agent roles`: one role, a search, or all, as a table or JSON, always with source and date."""

import json

from click.testing import CliRunner

from pal_agent.cli.roles import command


def output(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_guid_or_a_whole_name_shows_that_role() -> None:
    """In any case, with the table's word, and the dates of table and list."""
    for argument in ("CFD33DB0-3dd1-45e3-aa9d-cdbdf3b6f24e", "support request contributor"):
        shown = output(argument)
        assert shown.splitlines()[0] == "Support Request Contributor"
        assert "earned credit  eligible" in shown
        assert "2022-11-08, read as of 2023-10" in shown
        assert "2026-08-22" in shown
        assert "guess" not in shown


def test_a_renamed_role_shows_both_names() -> None:
    """The table's older name is said, since Microsoft's page still has it."""
    assert "in the table   as Managed Applications Reader" in output("Managed Application Publisher Operator")


def test_part_of_a_name_lists_all_that_match() -> None:
    """One line a role: what it counts for, GUID and name; and how many there are."""
    lines = output("acr").splitlines()
    assert "not eligible  cdda3590-29a3-44f6-95f2-9f980659eb04  AcrQuarantineReader" in lines
    assert "6 roles" in lines


def test_without_an_argument_all_roles_are_listed() -> None:
    assert "928 roles" in output()


def test_the_guess_is_shown_as_a_guess_and_only_where_the_table_is_silent() -> None:
    """An undocumented role stays undocumented; the guess beside it says that it is unofficial and never used."""
    shown = output("Advisor Recommendations Contributor")
    assert "earned credit  undocumented" in shown
    assert "guess          perhaps eligible (unofficial" in shown
    assert "never used" in shown
    told = json.loads(output("contributor", "-o", "json"))["roles"] + json.loads(output("acr", "-o", "json"))["roles"]
    assert all(role["guess"] is None for role in told)


def test_json_has_sources_and_roles() -> None:
    """What scripts read."""
    told = json.loads(output("Advisor Recommendations Contributor", "--output", "json"))
    assert [source["dated"] for source in told["sources"]] == ["2022-11-08", "2026-08-22"]
    assert told["roles"] == [
        {
            "role_definition_id": "f680209a-a2a2-4e0d-aa81-5d2a65c13604",
            "role_name": "Advisor Recommendations Contributor",
            "eligible": "undocumented",
            "table_name": None,
            "note": None,
            "guess": {"eligible": "yes", "official": False},
            "lighthouse": True,
        }
    ]


def test_a_role_that_is_not_there_is_a_usage_error() -> None:
    """Exit code 2, nothing on stdout; for a GUID it says what a role that is not listed counts for."""
    unknown = CliRunner().invoke(command, ["no such role"])
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "has 'no such role' in its name" in unknown.stderr
    custom = CliRunner().invoke(command, ["b24988ac-6180-42a0-ab88-20f7382dd24d"])
    assert (custom.exit_code, custom.stdout) == (2, "")
    assert "undocumented" in custom.stderr
