"""`config/pal-agent.example.yaml` loads and shows every key; `config/pal-agent.schema.json` is what the code has."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from pal_agent import config
from pal_agent.config.schema import json_schema
from pal_agent.settings import AzureCli, Certificate, ClientSecret, Federated, ManagedIdentity

FOLDER = Path(__file__).parents[2] / "config"
EXAMPLE = FOLDER / "pal-agent.example.yaml"
SCHEMA = FOLDER / "pal-agent.schema.json"


def test_the_example_loads():
    """With each kind of sign-in once."""
    auths = {type(credential.auth) for credential in config.load(EXAMPLE).credentials}
    assert auths == {ClientSecret, Certificate, Federated, ManagedIdentity, AzureCli}


def test_the_example_shows_every_key():
    """Each key of the schema stands there, live or commented out."""
    text = EXAMPLE.read_text()
    sections = (json_schema(), *json_schema()["$defs"].values())
    for key in {key for section in sections for key in section["properties"]}:
        assert re.search(rf"^ *(# |- )*{key}:", text, flags=re.MULTILINE), key


def test_the_example_shows_what_holds_without_it(right, written):
    """The optional sections of the example spell the defaults out."""
    shown, bare = config.load(EXAMPLE), config.load(written(right))
    for default in ("cloud", "require", "max_change_percent", "jobs", "timeout"):
        assert getattr(shown, default) == getattr(bare, default), default
    assert shown.history is not None
    assert bare.history is not None
    assert shown.history.relative_to(EXAMPLE.parent) == bare.history.relative_to(written(right).parent)


def test_the_schema_file_is_the_codes():
    """Byte for byte: `json.dumps(config.json_schema(), indent=2)` and a line break."""
    assert SCHEMA.read_text() == json.dumps(json_schema(), indent=2) + "\n"


def plain(text):
    """The document as an editor sees it: dates are text in JSON."""
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))


def test_the_example_fits_the_schema():
    """And the schema is one."""
    jsonschema.Draft202012Validator.check_schema(json_schema())
    jsonschema.validate(plain(EXAMPLE.read_text()), json_schema(), format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"5127255"', "5127255"),
        ("version: 1", "version: 2"),
        ("token: github", "token: gitlab"),
        ("secret: env:FABRIKAM_SECRET", "secret: hunter2"),
        ("name: fabrikam-deploy", "nmae: fabrikam-deploy"),
        ("finding: role-not-eligible", "finding: bad-luck"),
        ("    tenant: 66666666", "    tenants: []\n    tenant: 66666666"),
    ],
)
def test_the_schema_refuses_what_the_agent_refuses(old, new):
    """So that an editor tells it first."""
    text = EXAMPLE.read_text()
    assert old in text
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain(text.replace(old, new, 1)), json_schema())


@pytest.mark.parametrize("history", ["none", {"path": "none"}, {"path": "h.db"}])
def test_the_schema_takes_each_way_to_write_history(history):
    """Off, off, and on."""
    document = plain(EXAMPLE.read_text())
    jsonschema.validate({**document, "history": history}, json_schema())
