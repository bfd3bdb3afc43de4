"""A partner with a credential of every kind that has a secret, and the agent at work with all its outputs."""

import io
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import click
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from requests.adapters import BaseAdapter

from pal_agent import report, run
from pal_agent.cli import check, planning
from pal_agent.cli.outputs import rendering, write_reports
from pal_agent.cli.recording import recording
from pal_agent.cli.words import Words
from pal_agent.cli.working import working
from pal_agent.cloud.patience import Pace
from pal_agent.journal import Journal
from pal_agent.lock import only_one
from pal_agent.model import Severity
from pal_agent.plan import Allowed, to_json
from pal_agent.report.writing import outputs
from pal_agent.secrets import resolve
from pal_agent.settings import SecretReference
from pal_agent.sim.estate import App, Assignment, Estate, Principal, Secret, Subscription, Tenant
from pal_agent.sim.roles import guid_by_name
from pal_agent.work import Work
from tests.secrets.canaries import secret

FAST = Pace(base=0.004, longest=0.02, shortest=0.001)
PARTNER = "5127255"
VAULT = "https://contoso.vault.azure.net/secrets/fabrikam"
KINDS: dict[str, dict[str, str]] = {
    "variable": {"kind": "client-secret", "secret": "env:CANARY_SECRET"},
    "file": {"kind": "client-secret", "secret": "file:own/secret"},
    "vault": {"kind": "client-secret", "secret": f"keyvault:{VAULT}"},
    "certificate": {"kind": "certificate", "path": "own/certificate.pfx", "password": "env:CANARY_PASSWORD"},
    "federated": {"kind": "federated", "token": "file:own/token"},
}
ENVIRONMENT = {
    "CANARY_SECRET": secret("client secret in a variable"),
    "CANARY_PASSWORD": secret("certificate password"),
    "HTTPS_PROXY": f"http://agent:{secret('proxy password')}@proxy.example:3128",
}


def guid(number: int, kind: str) -> str:
    return f"{number:08d}-{kind}-4000-8000-000000000001"


def tenant(number: int) -> str:
    return guid(number, "7e4a")


def estate(customers: int) -> Estate:
    """So many customers, nobody linked yet. Each app takes every secret."""
    numbers = range(1, customers + 1)
    values = [secret(f"client secret in a {where}") for where in ("variable", "file", "key vault")]
    apps = tuple(
        App(client_id=guid(number, "a990"), secrets=tuple(Secret(value=value) for value in values))
        for number in numbers
    )
    return Estate(tenants=tuple(map(_customer, numbers)), apps=apps, partners={PARTNER: "Contoso Cloud"})


def _customer(number: int) -> Tenant:
    principal = Principal(object_id=guid(number, "0b1d"), app=guid(number, "a990"))
    scope = f"/subscriptions/{guid(number, '5b5c')}"
    held = Assignment(scope=scope, role=guid_by_name()["contributor"], principal=principal.object_id)
    return Tenant(
        id=tenant(number),
        name=f"Customer {number}",
        principals=(principal,),
        subscriptions=(Subscription(id=guid(number, "5b5c"), name="Production", resource_groups=("web",)),),
        assignments=(held,),
    )


@cache
def certificate() -> bytes:
    """PKCS #12 under the canary password."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "canary")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=90))
    signed = builder.sign(key, hashes.SHA256())
    password = BestAvailableEncryption(secret("certificate password").encode())
    return pkcs12.serialize_key_and_certificates(b"canary", key, signed, None, password)


def furnish(folder: Path, customers: int = len(KINDS), *, cloud: dict[str, str] | None = None) -> Path:
    """Configuration and secrets; returns the configuration's path. What lies in `own` is the user's. Customers sign
    in with one kind after the other."""
    own = folder / "own"
    own.mkdir(mode=0o700)
    for name, content in {
        "secret": secret("client secret in a file").encode(),
        "token": secret("federated token").encode(),
        "certificate.pfx": certificate(),
    }.items():
        (own / name).touch(mode=0o600)
        (own / name).write_bytes(content)
    kinds = islice(cycle(KINDS.items()), customers)
    credentials = [
        {"name": f"{name}-{number}", "tenant": tenant(number), "client_id": guid(number, "a990"), "auth": auth}
        for number, (name, auth) in enumerate(kinds, start=1)
    ]
    content: dict[str, Any] = {"version": 1, "partner": {"id": PARTNER}, "credentials": credentials}
    content["gather"] = {"jobs": 4, "timeout": 20}
    if cloud:
        content["cloud"] = cloud
    path = folder / "pal-agent.yaml"
    path.write_text(json.dumps(content))
    return path


def read_secret(reference: SecretReference) -> str:
    """As the agent does, with a vault that answers."""
    import os

    return resolve(reference, environ=os.environ, keyvault=lambda _: secret("client secret in a key vault"))


@dataclass
class Stage:
    """The agent in `folder`, with all it says kept."""

    folder: Path
    adapter: BaseAdapter
    customers: int = len(KINDS)

    def __post_init__(self) -> None:
        self.words = Words(config=furnish(self.folder, self.customers), verbose=2)
        self.said = io.StringIO()

    def check(self) -> int:
        """`pal-agent -vv check` in every format, plain and masked, with a fast pace."""
        with self.listening(), self.work() as work, recording(work.settings) as records:
            store = run.check(work, quick=False, fail_on=Severity.ERROR, before=records.before(), names=True)
            records.record(store)
            for mask in (False, True):
                options = rendering(mask=mask, quiet=False, history=records.history, run=store)
                write_reports(store, outputs(self._formats(mask=mask)), options)
            return store.header.exit_code

    def apply(self) -> int:
        """`pal-agent apply --yes`, its plan saved and its journal kept, as after a kill."""
        allowed = Allowed(replace=True, remove=True)
        with (
            self.listening(),
            self.work() as work,
            only_one(work.settings.state_directory),
            recording(work.settings) as records,
        ):
            path = work.settings.state_directory / "journal.jsonl"
            journal = Journal(path, run_id=work.run_id, now=lambda: "now")
            links = run.read_links(work, allowed)
            outcomes = run.apply(work, links, allowed, journal)
            (self.folder / "while-locked").write_bytes(self._files())
            for line in (*planning.results(outcomes), *map(repr, outcomes)):
                click.echo(line)
            store = run.finish_apply(work, links, outcomes, records.before())
            records.record(store)
            write_reports(store, outputs([f"json={self.folder / 'applied.json'}"]), rendering(mask=False, quiet=False))
            return store.header.exit_code

    def plan(self) -> int:
        """`pal-agent plan --out`."""
        with self.listening(), self.work() as work:
            links = run.read_links(work, Allowed(replace=False, remove=False))
            planning.save(
                self.folder / "plan.json", json.dumps(to_json(links.plan, created_at=run.timestamp(work.started)))
            )
            click.echo(planning.table(links.plan))
            return planning.exit_code(links.plan)

    def as_typed(self) -> int:
        """`pal-agent -vv check` as it is, patience included; but nobody is at the vault."""
        return check.carry_out(replace(self.words, targets=("[!v]*",)), (), adapter=self.adapter)

    @contextmanager
    def work(self) -> Iterator[Work]:
        with working(self.words, adapter=self.adapter) as work:
            yield replace(work, pace=FAST, secret=read_secret)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Terminal and logs, however talkative."""
        handler, root = logging.StreamHandler(self.said), logging.getLogger()
        level = root.level
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        try:
            with redirect_stdout(self.said), redirect_stderr(self.said):
                yield
        finally:
            root.removeHandler(handler)
            root.setLevel(level)

    @property
    def written(self) -> bytes:
        """Every byte that the agent put anywhere."""
        return self.said.getvalue().encode("utf-8", "surrogatepass") + self._files()

    def _files(self) -> bytes:
        files = sorted(path for path in self.folder.rglob("*") if path.is_file() and path.parent.name != "own")
        return b"\n".join(_opened(path) for path in files)

    def _formats(self, *, mask: bool) -> Sequence[str]:
        files = [f"{name}={self.folder / f'report-{mask}.{name}'}" for name in report.formats()]
        return [*files, "table"]


def _opened(path: Path) -> bytes:
    """A file's bytes, and what they are when unpacked: workbooks are archives, the history packs its rows."""
    import zipfile

    content = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            content += b"\n".join(archive.read(name) for name in archive.namelist())
    if path.suffix == ".db":
        content += _rows(path)
    return content


def _rows(path: Path) -> bytes:
    import sqlite3

    found: list[bytes] = []
    connection = sqlite3.connect(path)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        for row in connection.execute(f"SELECT * FROM {table}"):
            found += [_inflated(cell) if isinstance(cell, bytes) else str(cell).encode() for cell in row]
    connection.close()
    return b"\n".join(found)


def _inflated(cell: bytes) -> bytes:
    import zlib

    try:
        return zlib.decompress(cell)
    except zlib.error:
        return cell
