"""`tenants_file`: CSV from Excel, from Partner Center or by hand; every bad cell is told with its line."""

import uuid

import pytest

from pal_agent import config
from pal_agent.errors import ConfigurationError

A, B = "aaaaaaaa-0000-0000-0000-000000000000", "bbbbbbbb-0000-0000-0000-000000000000"
GOOD = {
    "plain": f"tenant_id\n{A}\n{B}\n",
    "byte order mark and carriage returns": f"\ufefftenant_id\r\n{A}\r\n{B}\r\n",
    "semicolons, case, other columns": f'Company name;TENANT_ID\nx;{A.upper()}\n"y;z";{B}\n',
    "a heading with more capitals than commas": f"XX XXX,tenant_id\nX,{A}\nX,{B}\n",
    "tabs": f"Tenant ID\tx\n{A}\t1\n{B}\t2\n",
    "blank lines and spaces": f"\n tenant_id ,x\n\n {A} ,\n,,\n{B}",
    "Partner Center": f'"Microsoft ID","Company name","Primary domain name"\n"{A}","X, Ltd","x"\n"{B}","Y","y"\n',
}
BAD = {
    "no heading": (f"{A}\n{B}\n", "pal-agent.yaml:6: credentials[0].tenants_file: ", "a column tenant_id"),
    "empty": ("", "pal-agent.yaml:6: ", "a column tenant_id"),
    "heading alone": ("tenant_id\n", "customers.csv:1: ", "names no tenant"),
    "bad cells": (
        f"tenant_id\n{A}\ncontoso.com\n\nx\n",
        "customers.csv:3: tenant_id: must be",
        "customers.csv:5: tenant_id",
    ),
    "cell missing": (f"x,tenant_id\n1,{A}\n2\n", "customers.csv:3: tenant_id: must be", ""),
    "twice": (
        f"tenant_id\n{A}\n{A.upper()}\n",
        "customers.csv:3: tenant_id: ",
        "customers.csv:2: tenant_id; remove one",
    ),
    "quote not closed": (f'tenant_id\n"{A}\n{B}\n', "pal-agent.yaml:6: ", "is not CSV here"),
    "not UTF-8": (b"tenant_id\n\xff\n", "pal-agent.yaml:6: ", "is not UTF-8"),
    "control characters": ("tenant_id\n\x1b\x00\n", "customers.csv:2: tenant_id: must be", ""),
}


@pytest.fixture
def listing(right):
    return right.replace("tenant: 11111111-1111-1111-1111-111111111111", "tenants_file: customers.csv")


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD)
def test_a_table_that_is_good_enough(listing, written, tmp_path, content):
    """All of these name the same two tenants."""
    (tmp_path / "customers.csv").write_text(content, encoding="utf-8", newline="")
    assert config.load(written(listing)).credentials[0].tenants == (A, B)


@pytest.mark.parametrize(("content", "first", "second"), BAD.values(), ids=BAD)
def test_a_table_that_is_not(listing, written, tmp_path, content, first, second):
    """Told with the line of the table, or with the line that names a file that is no table."""
    (tmp_path / "customers.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ConfigurationError) as caught:
        config.load(written(listing))
    assert first in str(caught.value)
    assert second in str(caught.value)


def test_a_table_that_is_not_there(listing, written):
    """Told where it is named."""
    with pytest.raises(
        ConfigurationError, match=r"yaml:6: credentials\[0\]\.tenants_file: .*cannot be read: No such file"
    ):
        config.load(written(listing))


@pytest.mark.timeout(20)
def test_ten_thousand_customers_load_quickly(listing, written, tmp_path):
    """Well under a second where nothing traces it; and they come sorted."""
    tenants = [str(uuid.UUID(int=number)) for number in range(10_000, 0, -1)]
    (tmp_path / "customers.csv").write_text("tenant_id\n" + "\n".join(tenants))
    file = written(listing)
    targets = config.load(file).targets()
    assert [target.tenant_id for target in targets] == sorted(tenants)


def test_a_table_that_is_too_large(listing, written, tmp_path):
    """Not read to its end."""
    with (tmp_path / "customers.csv").open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    with pytest.raises(ConfigurationError, match="larger than 32 MiB"):
        config.load(written(listing))
