"""A rehearsal: an estate with faults, a configuration for it, and the real agent run on both."""

import io
import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from requests.adapters import BaseAdapter

from pal_agent import report, run
from pal_agent.cli.recording import recording
from pal_agent.cli.words import Words
from pal_agent.cli.working import working
from pal_agent.cloud.patience import Pace
from pal_agent.history import History
from pal_agent.journal import Journal
from pal_agent.model import Outcome, Run, Severity
from pal_agent.plan import Allowed, ensure_safe
from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate import App, Assignment, Estate, Link, Principal, Secret, Subscription, Tenant
from pal_agent.sim.faults import Rule
from pal_agent.sim.roles import guid_by_name
from pal_agent.sim.state import Azure, Logged
from pal_agent.work import Work

PARTNER, OTHER = "5127255", "4433221"
FAST = Pace(base=0.004, longest=0.02, shortest=0.001)
WRITES = ("PUT", "PATCH", "DELETE")


def guid(number: int, kind: str, part: int = 1) -> str:
    return f"{number:08d}-{kind}-4000-8000-{part:012d}"


def tenant_id(number: int) -> str:
    return guid(number, "7e4a")


def client_id(number: int) -> str:
    return guid(number, "a990")


def object_id(number: int) -> str:
    return guid(number, "0b1d")


def subscription_id(number: int, part: int = 1) -> str:
    return guid(number, "5b5c", part)


def secret(number: int) -> str:
    """With characters that forms and JSON spell otherwise."""
    return f'S3cr3t~{number:04d}/+ "of" customer%{number}'


def estate(customers: int = 2, *, subscriptions: int = 1, link: str | None = PARTNER, **more: Any) -> Estate:
    """So many customers with an app of their own, Contributor in all its subscriptions, linked to us unless said."""
    numbers = range(1, customers + 1)
    return Estate(
        tenants=tuple(customer(number, subscriptions=subscriptions, link=link) for number in numbers),
        apps=tuple(App(client_id=client_id(number), secrets=(Secret(value=secret(number)),)) for number in numbers),
        partners={PARTNER: "Contoso Cloud", OTHER: "Northwind"},
        **more,
    )


def customer(number: int, *, subscriptions: int = 1, link: str | None = PARTNER, **about_principal: Any) -> Tenant:
    own = Link(partner_id=link) if link else None
    principal = Principal(object_id=object_id(number), app=client_id(number), link=own, **about_principal)
    ids = [subscription_id(number, part) for part in range(1, subscriptions + 1)]
    role = guid_by_name()["contributor"]
    held = (Assignment(scope=f"/subscriptions/{one}", role=role, principal=principal.object_id) for one in ids)
    return Tenant(
        id=tenant_id(number),
        name=f"Customer {number}",
        principals=(principal,),
        subscriptions=tuple(Subscription(id=one, name=one[:4], resource_groups=("web", "data")) for one in ids),
        assignments=tuple(held),
    )


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a run ended. `written` is every byte it wrote anywhere; `log` what Azure was asked, `links` what it holds."""

    command: str
    code: int
    report: Mapping[str, Any]
    recorded: Mapping[str, Any]
    written: bytes = field(repr=False)
    seconds: float
    log: Sequence[Logged]
    links: Mapping[tuple[str, str], str]
    links_before: Mapping[tuple[str, str], str]
    outcomes: Sequence[Outcome] = ()

    def target(self, number: int = 1) -> Mapping[str, Any]:
        """The target of a customer, as reported."""
        (found,) = [one for one in self.report["targets"] if one["tenant_id"] == tenant_id(number)]
        return found

    def reason(self, number: int = 1) -> str | None:
        found = self.target(number)["reason"]
        return None if found is None else str(found["code"])

    def asked(self, path: str = "", *, method: str = "", number: int | None = None) -> list[Logged]:
        """Requests with this text in their path, of one customer or of all."""
        tenant = None if number is None else tenant_id(number)
        return [
            one
            for one in self.log
            if path in one.path.lower() and method in ("", one.method) and tenant in (None, one.tenant)
        ]


@dataclass(kw_only=True)
class Stage:
    """Where a rehearsal takes place. `adapter` None: real sockets, to `url`."""

    folder: Path
    azure: Azure
    rules: Sequence[Rule] = ()
    adapter: BaseAdapter | None = None
    url: str | None = None
    ca: Path | None = None
    customers: int = 2
    jobs: int = 4
    timeout: float = 20.0
    pace: Pace = FAST
    secrets: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number in range(1, self.customers + 1):
            file = self.folder / f"secret-{number}"
            file.touch(mode=0o600)
            file.write_text(self.secrets.get(number, secret(number)))
        self.config.write_text(self.configuration())

    @property
    def config(self) -> Path:
        return self.folder / "pal-agent.yaml"

    @property
    def words(self) -> Words:
        return Words(config=self.config)

    def configuration(self, auth: str | None = None) -> str:
        """JSON is YAML. `auth` stands in place of every entry's own."""
        credentials = [
            {
                "name": f"customer-{number}",
                "tenant": tenant_id(number),
                "client_id": client_id(number),
                "auth": auth or {"kind": "client-secret", "secret": f"file:secret-{number}"},
            }
            for number in range(1, self.customers + 1)
        ]
        content: dict[str, Any] = {
            "version": 1,
            "partner": {"id": PARTNER},
            "credentials": credentials,
            "gather": {"jobs": self.jobs, "timeout": self.timeout},
        }
        if self.url is not None:
            content["cloud"] = {"authority": self.url, "resource_manager": self.url, "audience": self.url}
            content["cloud"]["ca_bundle"] = str(self.ca)
        return json.dumps(content)

    def check(self, *, quick: bool = True) -> Ending:
        """`pal-agent check`, with its waits shortened."""
        with self._listening() as heard, self._work() as work, recording(work.settings) as records:
            started, before, links = time.monotonic(), len(self.azure.log), self.azure.links()
            store = run.check(work, quick=quick, fail_on=Severity.ERROR, before=records.before())
            seconds = time.monotonic() - started
            records.record(store)
            return self._ending(store, heard, seconds=seconds, before=before, links=links)

    def apply(self, *, replace: bool = False, remove: bool = False) -> Ending:
        """`pal-agent apply --yes`, with its waits shortened."""
        allowed = Allowed(replace=replace, remove=remove)
        with self._listening() as heard, self._work() as work, recording(work.settings) as records:
            started, before, links = time.monotonic(), len(self.azure.log), self.azure.links()
            journal = Journal(self.folder / "journal.jsonl", run_id=work.run_id, now=lambda: "now")
            found = run.read_links(work, allowed)
            ensure_safe(found.plan, 30)
            outcomes = run.apply(work, found, allowed, journal)
            store = run.finish_apply(work, found, outcomes, records.before())
            seconds = time.monotonic() - started
            records.record(store)
            return self._ending(store, heard, seconds=seconds, before=before, links=links, outcomes=outcomes)

    @contextmanager
    def _work(self) -> Iterator[Work]:
        with working(self.words, adapter=self.adapter) as work:
            yield replace(work, pace=self.pace)

    @contextmanager
    def _listening(self) -> Iterator[io.StringIO]:
        """What goes to the terminal and to any log, however talkative."""
        heard = io.StringIO()
        handler, root = logging.StreamHandler(heard), logging.getLogger()
        level = root.level
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        try:
            with redirect_stdout(heard), redirect_stderr(heard):
                yield heard
        finally:
            root.removeHandler(handler)
            root.setLevel(level)

    def _ending(
        self,
        store: Run,
        heard: io.StringIO,
        *,
        seconds: float,
        before: int,
        links: Mapping[tuple[str, str], str],
        outcomes: Sequence[Outcome] = (),
    ) -> Ending:
        with History(self.folder / ".pal-agent" / "history.db") as history:
            recorded = rendered(history.load(), "json")
        shown = rendered(store, "json")
        table = rendered(store, "table") if store.header.command == "check" else ""
        said = [heard.getvalue(), shown, recorded, table, *map(str, outcomes)]
        files = [path.read_bytes() for path in self.folder.rglob("*") if path.is_file() and not self._is_ours(path)]
        return Ending(
            command=store.header.command,
            code=store.header.exit_code,
            report=json.loads(shown),
            recorded=json.loads(recorded),
            written=b"\n".join([*(text.encode("utf-8", "surrogatepass") for text in said), *files]),
            seconds=seconds,
            log=list(self.azure.log)[before:],
            links=self.azure.links(),
            links_before=links,
            outcomes=outcomes,
        )

    def _is_ours(self, path: Path) -> bool:
        """What the rehearsal itself put there."""
        return path.name.startswith("secret-") or path.suffix == ".pem"


def rendered(shown: Run, form: str) -> str:
    chunks = report.load(form).render(shown, report.Options(now=datetime.now(UTC), width=200))
    return "".join(chunk if isinstance(chunk, str) else chunk.decode() for chunk in chunks)


def in_process(azure: Azure) -> SimulatedAzure:
    return SimulatedAzure(azure)
