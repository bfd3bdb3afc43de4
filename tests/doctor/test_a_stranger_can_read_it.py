"""The table: what works in a line, what doesn't with all that helps, fit for a terminal."""

from tests.doctor.conftest import Surgery, tenant
from tests.report.golden import assert_golden


def test_the_table_reads_well(surgery: Surgery) -> None:
    """Compared with a file that people have looked at; no line but a command is wider than the terminal."""
    code, text = surgery.says(*(tenant(number) for number in range(1, 10)))
    text = text.replace(str(surgery.folder), "/home/me")
    assert code == 3
    body = text[text.index("Credentials") :]
    assert_golden("doctor-80.txt", body)
    assert all(len(line) <= 80 or line.lstrip().startswith("> ") for line in body.splitlines())


def test_few_targets_are_told_in_full(surgery: Surgery) -> None:
    """Whoever tries one credential wants to see what it can do."""
    code, text = surgery.says(tenant(1))
    assert code == 0
    assert "linked to Partner ID 5127255" in text
    assert text.rstrip().endswith("Everything works.")


def test_quiet_leaves_only_what_is_wrong(surgery: Surgery) -> None:
    text = surgery.says(*(tenant(number) for number in (1, 3, 4, 5)), quiet=True)[1]
    assert "ok" not in text.split()
    assert "app-not-in-tenant" in text


def test_every_format_tells_the_same_outcome(surgery: Surgery) -> None:
    found = surgery.finds(tenant(1), tenant(3))
    assert (found.code, found.report["exit_code"]) == (3, 3)
    assert [target["outcome"] for target in found.report["targets"]] == ["ok", "failed"]
