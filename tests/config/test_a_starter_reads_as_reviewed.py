"""`pal-agent init` writes these files, byte for byte; and the customer lists it reads lose nothing."""

from pathlib import Path

import pytest

from pal_agent.config import starter
from pal_agent.config.faults import Place
from pal_agent.config.tables import Customer, customers, harmless
from tests.report.golden import assert_golden

A, B, C = (f"{letter * 8}-0000-0000-0000-000000000000" for letter in "abc")


def customer(number, company, domain=""):
    return Customer(
        place=Place(file=Path("x.csv"), line=number),
        tenant_id=f"{number:08x}-0000-0000-0000-000000000000",
        company=company,
        domain=domain,
    )


def test_the_files():
    """One blank, one for each customer, one for all of them."""
    names = [
        "Contoso, Ltd.",
        "contoso ltd",
        "1st Ärzte",
        "",
        "漢字",
        "-" * 9,
        f"{'x' * 39} y",
        'say "hi"\n\x1b',
        "contoso ltd",
        "!" + "y" * 45,
    ]
    listed = [customer(number, name, "kanji.example.com" if number == 4 else "") for number, name in enumerate(names)]
    texts = (
        starter.blank("9999999999"),
        starter.for_each(listed, "5127255"),
        starter.for_all('odd "name".csv', "5127255"),
    )
    assert_golden("starters.yaml", "---\n".join(texts))


def test_a_customer_is_read_whole(tmp_path):
    """Where it stands, who it is; what its row does not say is empty."""
    file = tmp_path / "export.csv"
    file.write_text(f"Domain name,Customer,Customer ID\n x.example , X , {A.upper()} \n,Y,{B}\n\n\n,,{C}\n")
    found, faults = customers(file)
    assert faults == []
    assert found == [
        Customer(
            place=Place(file=file, line=line, key=("tenant_id",)), tenant_id=tenant, company=company, domain=domain
        )
        for line, tenant, company, domain in ((2, A, "X", "x.example"), (3, B, "Y", ""), (6, C, "", ""))
    ]


@pytest.mark.parametrize("heading", ["Tenant ID", "Microsoft ID", "Customer tenant ID", "customer_id", "TENANTID"])
@pytest.mark.parametrize("company", ["Company name", "Customer name", "CUSTOMER", "name"])
@pytest.mark.parametrize("domain", ["Primary domain name", "primary_domain", "Domain name", "domain"])
def test_each_heading_that_partner_center_has_had_is_known(tmp_path, heading, company, domain):
    """In any order and case; of two, the one that says it best."""
    file = tmp_path / "export.csv"
    file.write_text(f"{domain};{company};{heading}\nx.example;X;{A}\n")
    (found,), _ = customers(file)
    assert (found.tenant_id, found.company, found.domain) == (A, "X", "x.example")


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a\x1b[2Jb", "a [2Jb"), (" a \n b\t", "a b"), ("x" * 101, "x" * 100), (f"{'x' * 99} y", "x" * 99)],
)
def test_a_foreign_name_is_made_one_short_line(name, shown):
    """Nothing in it turns, hides or breaks a line."""
    assert harmless(name) == shown
