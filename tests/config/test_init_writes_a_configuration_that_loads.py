"""`pal-agent init`: what it writes is right as it stands, whatever a customer is called, and replaces nothing."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from pal_agent import config
from pal_agent.cli.init import command
from pal_agent.config import starter
from pal_agent.config.document import parse
from pal_agent.config.faults import Place
from pal_agent.config.tables import Customer
from pal_agent.errors import AgentError, ConfigurationError

A, B, C = (f"{letter * 8}-0000-0000-0000-000000000000" for letter in "abc")
EXPORT = f"""\
Microsoft ID;Company name;Primary domain name
{A};"Contoso ""EMEA"" GmbH & Co. KG";x
{B};Contoso, EMEA GmbH & Co KG;y
{C};漢字;kanji.example
{A};Contoso again;x
"""


@pytest.fixture(autouse=True)
def _in_a_new_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def init(*arguments):
    """Runs the command; lets its error through."""
    result = CliRunner().invoke(command, arguments, catch_exceptions=False, standalone_mode=False)
    if result.exception:
        raise result.exception
    return result


def test_a_first_configuration():
    """At the usual place, in a folder of its own; with an ID that Azure refuses, so that nobody's link is set by it."""
    result = init()
    loaded = config.load(config.find(None, {}))
    assert loaded.source == Path("config/pal-agent.yaml")
    assert (loaded.partner_id, len(loaded.credentials)) == ("9999999999", 1)
    assert result.stdout == ""
    assert "config/pal-agent.yaml" in result.stderr


def test_one_credential_for_each_customer():
    """Named after the company, else its domain; a customer who is there twice comes once."""
    Path("export.csv").write_text(EXPORT, encoding="utf-8-sig", newline="\r\n")
    init("--customers", "export.csv", "--partner-id", "5127255", "--config", "x.yaml")
    loaded = config.load(Path("x.yaml"))
    assert loaded.partner_id == "5127255"
    assert [(credential.name, credential.tenants, dict(credential.tags)) for credential in loaded.credentials] == [
        ("contoso-emea-gmbh-co-kg", (A,), {"customer": 'Contoso "EMEA" GmbH & Co. KG'}),
        ("contoso-emea-gmbh-co-kg-2", (B,), {"customer": "Contoso, EMEA GmbH & Co KG"}),
        ("kanji", (C,), {"customer": "漢字"}),
    ]


def test_one_credential_for_all_customers():
    """That reads the export itself, from where the configuration is."""
    Path("export.csv").write_text(f"Customer tenant ID,Customer name\n{A},x\n{B},y\n")
    init("--customers", "export.csv", "--multi-tenant")
    loaded = config.load(Path("config/pal-agent.yaml"))
    assert [credential.tenants for credential in loaded.credentials] == [(A, B)]


def test_nothing_is_replaced_unless_forced():
    """And a refusal leaves the file, and no draft."""
    Path("x.yaml").write_text("mine")
    with pytest.raises(AgentError, match=r"x.yaml: exists already(.|\n)*--force"):
        init("--config", "x.yaml")
    assert Path("x.yaml").read_text() == "mine"
    init("--config", "x.yaml", "--force")
    assert config.load(Path("x.yaml"))
    assert [path.name for path in Path().iterdir()] == ["x.yaml"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--customers", "no.csv"), "no.csv: cannot be read"),
        (("--customers", "bad.csv"), "bad.csv:2: tenant_id: must be a tenant ID"),
        (("--customers", "twice.csv", "--multi-tenant"), "twice.csv: names a tenant twice"),
        (("--config", "bad.csv/x.yaml"), "x.yaml: cannot be written"),
        (("--config", "folder", "--force"), "folder: cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_written(arguments, message):
    """No half-written file, no draft left behind."""
    Path("bad.csv").write_text("tenant_id\nx\n")
    Path("twice.csv").write_text(f"tenant_id\n{A}\n{A}\n")
    Path("folder").mkdir()
    with pytest.raises(AgentError) as caught:
        init(*arguments)
    assert message in str(caught.value)
    assert sorted(path.name for path in Path().iterdir()) == ["bad.csv", "folder", "twice.csv"]


@pytest.mark.parametrize("arguments", [("--partner-id", "12/3"), ("--partner-id", "12345\n"), ("--multi-tenant",)])
def test_wrong_words_are_usage_errors(arguments):
    """Click's own exit code."""
    assert CliRunner().invoke(command, arguments).exit_code == 2


names = st.text(st.characters(), max_size=150) | st.sampled_from(
    [
        "",
        "=cmd()",
        "x\n  - name: y",
        '"}',
        "\\",
        "\x1b[2J",
        "\u202ex",
        "# x",
        "1st",
        "&a *b",
        "\ud800",
        "name-2",
        "name",
        "Name!",
    ]
)


@settings(max_examples=100, deadline=None)
@given(names=st.lists(names, min_size=1, max_size=8))
def test_no_company_name_breaks_the_file(names):
    """Quotes, line breaks, control characters, other scripts: each customer is an entry with a name of its own."""
    place = Place(file=Path("export.csv"), line=2)
    customers = [
        Customer(place=place, tenant_id=f"{at:08x}-0000-0000-0000-000000000000", company=name)
        for at, name in enumerate(names)
    ]
    file = Path("x.yaml")
    file.write_text(starter.for_each(customers, "5127255"), encoding="utf-8")
    try:
        loaded = config.load(file)
    except ConfigurationError as error:
        raise AssertionError(file.read_text()) from error
    assert [credential.tenants for credential in loaded.credentials] == [
        (customer.tenant_id,) for customer in customers
    ]
    assert parse(file.read_text(encoding="utf-8"), file=file).faults == ()
