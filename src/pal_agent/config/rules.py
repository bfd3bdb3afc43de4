"""The rules between keys that a schema can't tell: what goes with what, and what may be there only once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pal_agent.config import tables
from pal_agent.config.document import Document
from pal_agent.config.faults import Fault, KeyPath, Place, spell
from pal_agent.config.schema import CredentialSection, ManagedIdentityAuth
from pal_agent.errors import ConfigurationError

WAYS = ("tenant", "tenants", "tenants_file")
NEED_CLIENT_ID = ("client-secret", "certificate", "federated")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A credential of the file that has the right shape, at `key`, with its tenants and where each is named."""

    key: KeyPath
    section: CredentialSection
    tenants: tuple[tuple[str, Place], ...] = ()

    @property
    def client_id(self) -> str | None:
        own = self.section.auth.client_id if isinstance(self.section.auth, ManagedIdentityAuth) else None
        return own or self.section.client_id


def ways_to_name_tenants(document: Document) -> Iterator[Fault]:
    """Looks at the plain values, so that it also tells of entries that are wrong in other ways."""
    data = document.data if isinstance(document.data, dict) else {}
    entries = data.get("credentials")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield from _ways(("credentials", index), [way for way in WAYS if entry.get(way) is not None], document)


def _ways(key: KeyPath, used: list[str], document: Document) -> Iterator[Fault]:
    if not used:
        yield Fault(place=document.place(key), what="needs one of tenant, tenants and tenants_file")
    for extra in used[1:]:
        first = document.place((*key, used[0]))
        what = f"cannot stand together with {used[0]} on line {first.line}; remove one of them"
        yield Fault(place=document.place((*key, extra)), what=what)


def with_tenants(sections: Mapping[int, CredentialSection], document: Document, faults: list[Fault]) -> Iterator[Entry]:
    """Reads the tenants files, each once. What is wrong with them goes to `faults`."""
    files: dict[Path, tuple[tuple[str, Place], ...]] = {}
    for index, section in sections.items():
        key: KeyPath = ("credentials", index)
        if section.tenants_file is None:
            yield Entry(key=key, section=section, tenants=tuple(_listed(section, key, document)))
            continue
        file = document.file.parent / section.tenants_file
        if file not in files:
            files[file] = _from_table(file, document.place((*key, "tenants_file")), faults)
        yield Entry(key=key, section=section, tenants=files[file])


def _listed(section: CredentialSection, key: KeyPath, document: Document) -> Iterator[tuple[str, Place]]:
    if section.tenant:
        yield section.tenant, document.place((*key, "tenant"))
    for number, tenant in enumerate(section.tenants or ()):
        yield tenant, document.place((*key, "tenants", number))


def _from_table(file: Path, named: Place, faults: list[Fault]) -> tuple[tuple[str, Place], ...]:
    try:
        found, wrong = tables.customers(file)
    except ConfigurationError as error:
        faults.append(Fault(place=named, what=f"{error.where}: {error.what}"))
        return ()
    faults.extend(wrong)
    return tuple((customer.tenant_id, customer.place) for customer in found)


def names_are_unique(entries: Iterable[Entry], document: Document) -> Iterator[Fault]:
    seen: dict[str, Place] = {}
    for entry in entries:
        here = document.place((*entry.key, "name"))
        first = seen.setdefault(entry.section.name.casefold(), here)
        if first != here:
            yield Fault(place=here, what=f"is also the name of the credential on line {first.line}; rename one")


def client_ids_fit(entries: Iterable[Entry], document: Document) -> Iterator[Fault]:
    for entry in entries:
        section, auth = entry.section, entry.section.auth
        if auth.kind in NEED_CLIENT_ID and section.client_id is None:
            what = f"needs a client_id, because auth.kind is {auth.kind}"
            yield Fault(place=document.place(entry.key), what=what)
        if section.client_id and entry.client_id != section.client_id:
            first = document.place((*entry.key, "client_id"))
            what = f"is another than the client_id on line {first.line}; remove one of them"
            yield Fault(place=document.place((*entry.key, "auth", "client_id")), what=what)


def principals_are_unique(entries: Iterable[Entry]) -> Iterator[Fault]:
    """A link belongs to a principal in a tenant: two entries for one would write over each other. Without a client ID
    a principal is the machine's own identity, or whoever is signed in with `az`: one of each."""
    seen: dict[tuple[str, str], tuple[Entry, Place]] = {}
    for entry in entries:
        principal = entry.client_id or entry.section.auth.kind
        for tenant, here in entry.tenants:
            if (principal, tenant) in seen:
                other, first = seen[principal, tenant]
                both = f"first at {first}" if other is entry else f"first by {spell(other.key)} at {first}"
                what = f"{spell(entry.key)} is one principal in tenant {tenant} twice, {both}; remove one"
                yield Fault(place=here, what=what)
            else:
                seen[principal, tenant] = (entry, here)
