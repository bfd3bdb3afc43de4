"""A refusal names the file, the line and the key, and what to do; and a file's faults come all at once."""

import pytest

from pal_agent import config
from pal_agent.errors import ConfigurationError, ExitCode

SECOND = """\
  - name: second
    tenant: 33333333-3333-3333-3333-333333333333
    client_id: 22222222-2222-2222-2222-222222222222
    auth: {kind: client-secret, secret: "env:OTHER"}
"""

# What is replaced in the right configuration, with what, and how the message goes on after the file's name.
CASES = {
    "unknown key": ("partner:", "partners: 1\npartner:", ":2: partners: unknown key; did you mean partner?"),
    "unknown key, nothing like it": (
        '  id: "5',
        '  zebra: 1\n  id: "5',
        ":3: partner.zebra: unknown key; known here are id, name",
    ),
    "unknown key in auth": (
        "secret: ",
        "secrte: ",
        ":8: credentials[0].auth.secrte: unknown key; did you mean secret?",
    ),
    "unknown key of another kind of auth": (
        "auth: {",
        "auth: {password: x, ",
        ":8: credentials[0].auth.password: unknown key; known here are kind, secret",
    ),
    "missing key in auth": ("secret: ", "secrte: ", ":8: credentials[0].auth.secret: is required; add it"),
    "missing section": ('partner:\n  id: "5127255"\n', "", ":1: partner: is required"),
    "duplicate key": ("version: 1", "version: 1\nversion: 1", ":2: version: duplicate key, first on line 1"),
    "version as a truth": ("version: 1", "version: true", ":1: version: must be a whole number"),
    "version as a fraction": ("version: 1", "version: 1.0", ":1: version: must be a whole number"),
    "version of tomorrow": ("version: 1", "version: 2", ":1: version: must be 1"),
    "partner ID as a number": (
        '"5127255"',
        "5127255",
        ":3: partner.id: must be text, but YAML reads it as something else; put it in quotes",
    ),
    "partner ID as an octal": ('"5127255"', "012345", ":3: partner.id: must be text"),
    "partner ID as a float": ('"5127255"', "1e6", ":3: partner.id: must be text"),
    "partner ID empty": ('"5127255"', "", ":3: partner.id: must be text, but is empty"),
    "name as a date": ("name: fabrikam", "name: 2027-01-01", ":5: credentials[0].name: must be text"),
    "domain for tenant": (
        "11111111-1111-1111-1111-111111111111",
        "contoso.onmicrosoft.com",
        ":6: credentials[0].tenant: must be an ID",
    ),
    "credentials as mapping": ("  - name: fab", "    name: fab", ":4: credentials: must be a list"),
    "no way to name tenants": (
        "    tenant: 11111111-1111-1111-1111-111111111111\n",
        "",
        ":5: credentials[0]: needs one of tenant, tenants and tenants_file",
    ),
    "two ways to name tenants": (
        "    client_id",
        "    tenants: [33333333-3333-3333-3333-333333333333]\n    client_id",
        ":7: credentials[0].tenants: cannot stand together with tenant on line 6",
    ),
    "no client ID": (
        "    client_id: 22222222-2222-2222-2222-222222222222\n",
        "",
        ":5: credentials[0]: needs a client_id, because auth.kind is client-secret",
    ),
    "kind unknown": ("client-secret", "password", ":8: credentials[0].auth: must have a kind of 'client-secret'"),
    "kind missing": ("kind: client-secret, ", "", ":8: credentials[0].auth: needs a kind"),
    "auth empty": (
        'auth: {kind: client-secret, secret: "env:FABRIKAM_SECRET"}',
        "auth:",
        ":8: credentials[0].auth: must be a mapping",
    ),
    "a tag's value as a number": (
        "    auth",
        "    tags: {floor: 1}\n    auth",
        ":8: credentials[0].tags.floor: must be text",
    ),
    "tags as a list": ("    auth", "    tags: [a]\n    auth", ":8: credentials[0].tags: must be a mapping"),
    "a tag's name with an equals sign": (
        "    auth",
        "    tags: {a=b: c}\n    auth",
        ":8: credentials[0].tags.(a key): has a tag name with =",
    ),
    "link": ("    auth", "    link: gone\n    auth", ":8: credentials[0].link: must be 'present' or 'absent'"),
    "date that is not": (
        "    auth",
        "    expires: 2027-02-31\n    auth",
        ":8: credentials[0].expires: must be a date that exists",
    ),
    "date with a time": (
        "    auth",
        "    expires: 2027-02-01T10:00:00Z\n    auth",
        ":8: credentials[0].expires: must be a date",
    ),
    "date without dashes": (
        "    auth",
        '    expires: "20270201"\n    auth',
        ":8: credentials[0].expires: must be a date",
    ),
    "jobs": ("partner:", "gather: {jobs: 0}\npartner:", ":2: gather.jobs: must be at least 1"),
    "jobs as a truth": ("partner:", "gather: {jobs: true}\npartner:", ":2: gather.jobs: must be a whole number"),
    "timeout": ("partner:", "gather: {timeout: 86401}\npartner:", ":2: gather.timeout: must be at most 86400"),
    "timeout without end": (
        "partner:",
        "gather: {timeout: .inf}\npartner:",
        ":2: gather.timeout: must be at most 86400",
    ),
    "percent not a number": (
        "partner:",
        "safety: {max_change_percent: .nan}\npartner:",
        ":2: safety.max_change_percent: must be",
    ),
    "percent": (
        "partner:",
        "safety: {max_change_percent: 100.5}\npartner:",
        ":2: safety.max_change_percent: must be at most 100",
    ),
    "authority in the clear": (
        "partner:",
        "cloud: {authority: 'http://login.example'}\npartner:",
        ":2: cloud.authority: must be https://HOST",
    ),
    "authority with a path": (
        "partner:",
        "cloud: {authority: 'https://login.example/x'}\npartner:",
        ":2: cloud.authority: must be",
    ),
    "authority with a user": (
        "partner:",
        "cloud: {authority: 'https://u:p@login.example'}\npartner:",
        ":2: cloud.authority: must be",
    ),
    "port": (
        "partner:",
        "cloud: {authority: 'https://login.example:99999'}\npartner:",
        ":2: cloud.authority: has a port that cannot be",
    ),
    "audience": ("partner:", "cloud: {audience: 'api://x'}\npartner:", ":2: cloud.audience: must start with https://"),
    "CA bundle that is not there": (
        "partner:",
        "cloud: {ca_bundle: no.pem}\npartner:",
        ":2: cloud.ca_bundle: no such file",
    ),
    "history": ("partner:", "history: nothing\npartner:", ":2: history: must be a mapping"),
    "no credentials": ("credentials:", "credentials: []\nrest:", ":4: credentials: must have at least one entry"),
    "long name": ("name: fabrikam", f"name: {'a' * 129}", ":5: credentials[0].name: must not be longer than 128"),
    "name with a space at its end": (
        "name: fabrikam",
        "name: 'fabrikam '",
        ":5: credentials[0].name: must be one line",
    ),
    "exception for no finding": (
        "partner:",
        "exceptions: [{finding: bad-luck, scope: '*', reason: r, owner: o, expires: 2027-01-01}]\npartner:",
        ":2: exceptions[0].finding: is not a finding",
    ),
    "exception without end": (
        "partner:",
        "exceptions: [{finding: link-missing, scope: '*', reason: r, owner: o}]\npartner:",
        ":2: exceptions[0].expires: is required",
    ),
    "exception with a malformed end": (
        "partner:",
        "exceptions: [{finding: link-missing, scope: '*', reason: r, owner: o, expires: soon}]\npartner:",
        ":2: exceptions[0].expires: must be a date",
    ),
    "exception with a blank reason": (
        "partner:",
        "exceptions: [{finding: link-missing, scope: '*', reason: ' ', owner: o, expires: 2027-01-01}]\npartner:",
        ":2: exceptions[0].reason: must not be blank",
    ),
    "notification given as it is": (
        "partner:",
        "notify: [{url: 'https://hooks.example/T0'}]\npartner:",
        ":2: notify[0].url: must say where the secret is",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), CASES.values(), ids=CASES)
def test_one_fault(right, written, old, new, message):
    """Each kind of fault is told at its own place."""
    assert old in right
    file = written(right.replace(old, new, 1))
    with pytest.raises(ConfigurationError) as caught:
        config.load(file)
    assert f"{file}{message}" in str(caught.value)
    assert caught.value.exit_code == ExitCode.USAGE


@pytest.mark.parametrize("text", ["just text", "- a\n- b", "5", "~", "version"])
def test_a_document_that_is_no_mapping_is_refused(written, text):
    """Whatever else a document is, it is told to be a mapping."""
    file = written(text)
    with pytest.raises(ConfigurationError, match="must be a mapping") as caught:
        config.load(file)
    assert str(caught.value).startswith(f"{file}:1: ")


def test_all_faults_come_together_in_the_order_of_lines(right, written):
    """Shape, duplicates and rules between keys: one message, one line each, none hides another."""
    text = right.replace("version: 1", "version: 3").replace('"5127255"', "5127255")
    text += SECOND.replace("second", "Fabrikam") + SECOND.replace("tenant:", "tenent:") + "version: 1\n"
    file = written(text)
    with pytest.raises(ConfigurationError) as caught:
        config.load(file)
    places = [line.split(": ")[0].removeprefix(f"{file}:") for line in str(caught.value).splitlines()]
    keys = [line.split(": ")[1] for line in str(caught.value).splitlines()]
    assert list(zip(places, keys, strict=True)) == [
        ("1", "version"),
        ("3", "partner.id"),
        ("9", "credentials[1].name"),
        ("13", "credentials[2]"),
        ("14", "credentials[2].tenent"),
        ("17", "version"),
    ]


def test_very_many_faults_are_cut_short(right, written):
    """Ten thousand faults do not flood a terminal."""
    file = written(right + "".join(f"zebra{number}: 1\n" for number in range(500)))
    with pytest.raises(ConfigurationError) as caught:
        config.load(file)
    assert str(caught.value).endswith("and 460 more")
    assert len(str(caught.value).splitlines()) == 41


def test_syntax_is_told_with_its_line(right, written):
    """A bracket left open or a tab for indentation: the line, and what to look for."""
    with pytest.raises(ConfigurationError, match=r"pal-agent.yaml:9: is not valid YAML .* look for a missing"):
        config.load(written(right.replace("}", "")))
    with pytest.raises(ConfigurationError, match=r"pal-agent.yaml:3: is not valid YAML .* indent with spaces"):
        config.load(written(right.replace('  id: "5', '\tid: "5')))
