"""Random files raise nothing but a ConfigurationError, and no message repeats a value: it might be a secret."""

import json
import string
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pal_agent import config
from pal_agent.errors import ConfigurationError

CANARY = "hunter2-8Q~canary"
SECRETS = [
    f"{{kind: client-secret, secret: {CANARY}}}",
    f"{{kind: client-secret, secret: 'enw:{CANARY}'}}",
    f"{{kind: client-secret, secret: 'env:{CANARY}'}}",
    f"{{kind: client-secret, secret: 'keyvault:http://v/secrets/{CANARY}'}}",
    f"{{kind: client-secret, secret: [{CANARY}]}}",
    f"{{kind: client-secret, secret: {{a: {CANARY}}}}}",
    f'{{kind: client-secret, secret:"{CANARY}"}}',
    f"{{kind: client-secret, {CANARY}}}",
    "{kind: client-secret, canary}",
    "{kind: client-secret, canary, canary}",
    f"{{kind: client-secret, secert: {CANARY}}}",
    f"{{kind: {CANARY}}}",
    f"{{kind: client-secret, secret: !{CANARY} x}}",
    f"{{kind: client-secret, secret: *{CANARY}}}",
    f"{{kind: client-secret, secret: &{CANARY} x}}",
    f"{{kind: client-secret, secret: !h!{CANARY} x}}",
    f"{{kind: client-secret, secret: '{CANARY}' '{CANARY}'}}",
    f"{{kind: client-secret, secret: %{CANARY}}}",
    f'{{kind: client-secret, secret: "\\q{CANARY}"}}',
    f'{{kind: client-secret, secret: "\\x1b{CANARY}"}}',
    f"{{kind: certificate, path: c.pem, password: {CANARY}}}",
    f"{{kind: federated, token: {CANARY}}}",
    f"{{kind: managed-identity, client_id: {CANARY}}}",
    CANARY,
    f"[{CANARY}]",
]


@pytest.fixture(scope="module")
def file():
    """One file for all examples: hypothesis runs a test many times."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "pal-agent.yaml"


def refusal_of(file, content):
    """The message for the content, or None when it is a right configuration."""
    file.write_bytes(content)
    try:
        config.load(file)
    except ConfigurationError as error:
        return str(error)
    return None


@pytest.mark.parametrize("auth", SECRETS)
def test_a_literal_secret_is_refused_without_echo(right, file, auth):
    """However it was got wrong: as a value, as a key, as an alias, a tag or a syntax error."""
    text = right.replace('{kind: client-secret, secret: "env:FABRIKAM_SECRET"}', auth)
    message = refusal_of(file, text.encode())
    assert message is not None
    assert f"{file}:8" in message
    assert "canary" not in message


KEYS = sorted(
    {
        key
        for section in (config.json_schema(), *config.json_schema()["$defs"].values())
        for key in section["properties"]
    }
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.text(max_size=20)
    | st.sampled_from(["none", "env:A", "github", "client-secret", "1" * 5]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


def spelled(value):
    """JSON, which is YAML, with dates."""
    return json.dumps(value, default=str, ensure_ascii=False).encode(errors="replace")


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode(errors="replace")))
def test_random_bytes_raise_nothing_else(file, content):
    """No byte string is a right configuration by chance, or a traceback."""
    assert refusal_of(file, content)


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet="\n\n  -:?[]{}#&*!|>'\"%@,`abt1~=<\\", max_size=80))
def test_random_yaml_raises_nothing_else(file, text):
    """Nor is any heap of YAML's own signs."""
    assert refusal_of(file, text.encode())


@settings(max_examples=150, deadline=None)
@given(data=st.dictionaries(st.sampled_from(KEYS), values, max_size=5))
def test_random_values_in_known_keys_raise_nothing_else(file, data):
    """Nor any value of any type where another belongs."""
    assert refusal_of(file, spelled(data))


def places(value, path=()):
    yield path
    match value:
        case dict():
            for key, inner in value.items():
                yield from places(inner, (*path, key))
        case list():
            for at, inner in enumerate(value):
                yield from places(inner, (*path, at))


def planted(value, path, what):
    match value:
        case _ if not path:
            return what
        case dict():
            return {key: planted(inner, path[1:], what) if key == path[0] else inner for key, inner in value.items()}
        case list():
            return [planted(inner, path[1:], what) if at == path[0] else inner for at, inner in enumerate(value)]
        case _:
            raise AssertionError(path)


FULL = {
    "version": 1,
    "partner": {"id": "5127255", "name": "Contoso"},
    "cloud": {"authority": "https://login.example", "resource_manager": "https://a", "audience": "https://b"},
    "credentials": [
        {
            "name": "a",
            "tenants": ["11111111-1111-1111-1111-111111111111"],
            "client_id": "22222222-2222-2222-2222-222222222222",
            "auth": {"kind": "certificate", "path": "c", "password": "env:P"},
            "partner_id": "5127256",
            "link": "absent",
            "groups": ["33333333-3333-3333-3333-333333333333"],
            "expires": "2027-01-01",
            "tags": {"region": "emea"},
        }
    ],
    "policy": {"require": "pec"},
    "exceptions": [{"finding": "link-missing", "scope": "*", "reason": "r", "owner": "o", "expires": "2027-01-01"}],
    "safety": {"max_change_percent": 5},
    "gather": {"jobs": 5, "timeout": 5},
    "history": {"path": "h.db"},
    "notify": [{"url": "env:U", "when": "always"}],
}


@pytest.mark.parametrize("path", list(places(FULL)), ids=str)
@pytest.mark.parametrize(
    "what", [CANARY, [CANARY], {"name": CANARY}, {"canary": None}], ids=["text", "list", "mapping", "key"]
)
def test_a_secret_at_any_place_is_not_shown(file, path, what):
    """Whatever the agent says of a file with a secret in the wrong place, the secret is not in it."""
    message = refusal_of(file, spelled(planted(FULL, path, what)))
    assert "canary" not in (message or "")


words = (
    st.text(string.ascii_letters + string.digits + " äß漢🙂'\"#:{}[]&*!%@`|>-", min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool)
)
guids = st.uuids().map(str)
partner_ids = st.integers(1000, 9_999_999_999).map(str)
credentials = st.fixed_dictionaries(
    {"name": words, "tenants": st.lists(guids, min_size=1, max_size=3, unique=True), "client_id": guids},
    optional={
        "partner_id": partner_ids,
        "link": st.sampled_from(["present", "absent"]),
        "groups": st.lists(guids, max_size=2),
        "expires": st.dates().map(str),
        "tags": st.dictionaries(words.map(lambda word: word.replace("=", "")), words, max_size=2),
    },
)


@settings(max_examples=60, deadline=None)
@given(
    partner_id=partner_ids,
    entries=st.lists(
        credentials,
        min_size=1,
        max_size=4,
        unique_by=(lambda entry: entry["name"].casefold(), lambda entry: entry["client_id"]),
    ),
    jobs=st.integers(1, 512),
)
def test_what_is_right_comes_out_as_written(file, partner_id, entries, jobs):
    """Names of any alphabet, dates, tags and overrides survive."""
    entries = [{**entry, "auth": {"kind": "federated", "token": "github"}} for entry in entries]
    document = {"version": 1, "partner": {"id": partner_id}, "credentials": entries, "gather": {"jobs": jobs}}
    file.write_bytes(spelled(document))
    loaded = config.load(file)
    assert (loaded.partner_id, loaded.jobs) == (partner_id, jobs)
    for entry, credential in zip(entries, loaded.credentials, strict=True):
        assert credential.name == entry["name"]
        assert list(credential.tenants) == entry["tenants"]
        assert credential.partner_id == entry.get("partner_id", partner_id)
        assert (credential.link, list(credential.groups)) == (entry.get("link", "present"), entry.get("groups", []))
        assert (str(credential.expires) if credential.expires else None) == entry.get("expires")
        assert dict(credential.tags) == entry.get("tags", {})
