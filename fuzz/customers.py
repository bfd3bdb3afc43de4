"""A list of customers as CSV: its rows are tenants, or it is refused; the configuration made of it loads."""

import tempfile
from contextlib import suppress
from pathlib import Path

from pal_agent import config
from pal_agent.config import starter, tables
from pal_agent.errors import ConfigurationError

FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-"))
FILE = FOLDER / "customers.csv"
WRITTEN = FOLDER / "pal-agent.yaml"


def one(data: bytes) -> None:
    FILE.write_bytes(data)
    with suppress(ConfigurationError):
        found, faults = tables.customers(FILE)
        assert found or faults
        each = {customer.tenant_id: customer for customer in found}
        if each and not faults:
            WRITTEN.write_text(starter.for_each(each.values(), "5127255"), encoding="utf-8")
            assert len(config.load(WRITTEN).targets()) == len(each)
