"""From a configuration file to settings, or to everything that is wrong with it at once."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, cast

from pydantic import ValidationError

from pal_agent.config import rules, schema
from pal_agent.config.document import Document, read
from pal_agent.config.explanation import explained, value_at
from pal_agent.config.faults import Fault, refusal
from pal_agent.config.places import state_directory
from pal_agent.config.rules import Entry
from pal_agent.model import Tier
from pal_agent.settings import (
    Auth,
    AzureCli,
    Certificate,
    ClientSecret,
    Cloud,
    Credential,
    ExceptionRule,
    Federated,
    ManagedIdentity,
    Notification,
    SecretReference,
    Settings,
)


def load(path: Path) -> Settings:
    """Reads no secret and asks no network. Raises one ConfigurationError that tells every fault of the file."""
    document = read(path)
    faults = list(document.faults)
    configuration = _validated(document, faults)
    sections = dict(enumerate(configuration.credentials)) if configuration else dict(_right_ones(document))
    entries = tuple(rules.with_tenants(sections, document, faults))
    faults += rules.ways_to_name_tenants(document)
    faults += rules.names_are_unique(entries, document)
    faults += rules.client_ids_fit(entries, document)
    faults += rules.principals_are_unique(entries)
    if configuration:
        faults += _missing_files(configuration, document)
    if faults or configuration is None:
        raise refusal(faults)
    return _settings(configuration, entries, path)


def _validated(document: Document, faults: list[Fault]) -> schema.Configuration | None:
    try:
        return schema.Configuration.model_validate(document.data)
    except ValidationError as error:
        faults.extend(explained(error, document))
        return None


def _right_ones(document: Document) -> Iterator[tuple[int, schema.CredentialSection]]:
    """The entries that have the right shape, in a file that has not: the rules between keys hold for them, too."""
    entries = value_at(document.data, ("credentials",))
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        try:
            yield index, schema.CredentialSection.model_validate(entry)
        except ValidationError:
            continue


def _missing_files(configuration: schema.Configuration, document: Document) -> Iterator[Fault]:
    bundle = configuration.cloud.ca_bundle
    # os.path says no where pathlib raises: for a name that is too long, or a folder that may not be looked into.
    if bundle and not os.path.isfile(document.file.parent / bundle):  # noqa: PTH113
        yield Fault(place=document.place(("cloud", "ca_bundle")), what="no such file; name a PEM file")


def _settings(configuration: schema.Configuration, entries: tuple[Entry, ...], path: Path) -> Settings:
    folder = path.absolute().parent
    history = None if configuration.history.path == "none" else folder / configuration.history.path
    return Settings(
        partner_id=configuration.partner.id,
        partner_name=configuration.partner.name,
        credentials=tuple(_credential(entry, configuration, folder) for entry in entries),
        state_directory=history.parent if history else state_directory(path),
        source=path,
        cloud=_cloud(configuration.cloud, folder),
        require=Tier(configuration.policy.require),
        exceptions=tuple(ExceptionRule(**dict(rule)) for rule in configuration.exceptions),
        max_change_percent=configuration.safety.max_change_percent,
        jobs=configuration.gather.jobs,
        timeout=configuration.gather.timeout,
        history=history,
        notify=tuple(Notification(url=reference(to.url, folder), when=to.when) for to in configuration.notify),
    )


def _cloud(section: schema.CloudSection, folder: Path) -> Cloud:
    return Cloud(
        authority=section.authority,
        resource_manager=section.resource_manager,
        audience=section.audience,
        ca_bundle=folder / section.ca_bundle if section.ca_bundle else None,
    )


def _credential(entry: Entry, configuration: schema.Configuration, folder: Path) -> Credential:
    section = entry.section
    return Credential(
        name=section.name,
        tenants=tuple(tenant for tenant, _ in entry.tenants),
        client_id=entry.client_id,
        auth=_auth(entry, folder),
        partner_id=section.partner_id or configuration.partner.id,
        link=section.link,
        groups=tuple(section.groups),
        expires=section.expires,
        tags=tuple(sorted(section.tags.items())),
    )


def _auth(entry: Entry, folder: Path) -> Auth:
    match entry.section.auth:
        case schema.ClientSecretAuth(secret=secret):
            return ClientSecret(secret=reference(secret, folder))
        case schema.CertificateAuth(path=path, password=password):
            return Certificate(path=folder / path, password=reference(password, folder) if password else None)
        case schema.FederatedAuth(token="github" | "azure-devops" as platform):
            return Federated(token=platform)
        case schema.FederatedAuth(token=token):
            return Federated(token=folder / token.removeprefix("file:"))
        case schema.ManagedIdentityAuth():
            return ManagedIdentity(client_id=entry.client_id)
        case schema.AzureCliAuth():
            return AzureCli()


def reference(text: str, folder: Path) -> SecretReference:
    """`text` has the form of `schema.SECRET`."""
    kind, _, name = text.partition(":")
    if kind == "file":
        name = str(folder / name)
    return SecretReference(kind=cast('Literal["env", "file", "keyvault"]', kind), name=name)
