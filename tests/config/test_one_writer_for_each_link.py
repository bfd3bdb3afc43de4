"""A link belongs to one principal in one tenant, so that may stand in a configuration only once."""

import pytest

from pal_agent import config
from pal_agent.errors import ConfigurationError

HEAD = 'version: 1\npartner: {id: "5127255"}\ncredentials:\n'
A, B = "aaaaaaaa-0000-0000-0000-000000000000", "bbbbbbbb-0000-0000-0000-000000000000"
SECRET = "auth: {kind: client-secret, secret: 'env:S'}"
CASES = {
    "client ID in one tenant": (
        (
            f"- {{name: a, tenant: {A}, client_id: {B}, {SECRET}}}\n"
            f"- {{name: b, tenant: {A.upper()}, client_id: {B.upper()}, {SECRET}}}\n"
        ),
        [
            ":5: credentials[1].tenant: credentials[1] is one principal in tenant " + A,
            "first by credentials[0] at ",
            ":4: ",
        ],
    ),
    "managed identity and application of one client ID": (
        (
            f"- {{name: a, tenant: {A}, client_id: {B}, {SECRET}}}\n"
            f"- {{name: b, tenant: {A}, auth: {{kind: managed-identity, client_id: {B}}}}}\n"
        ),
        [":5: credentials[1].tenant: credentials[1] is one principal"],
    ),
    "the machine's identity": (
        "".join(f"- {{name: {name}, tenant: {A}, auth: {{kind: managed-identity}}}}\n" for name in "ab"),
        [":5: credentials[1].tenant: credentials[1] is one principal"],
    ),
    "who is signed in": (
        "".join(f"- {{name: {name}, tenant: {A}, auth: {{kind: azure-cli}}}}\n" for name in "ab"),
        [":5: credentials[1].tenant: credentials[1] is one principal"],
    ),
    "a tenant listed twice": (
        f"- name: a\n  tenants:\n  - {A}\n  - {B}\n  - {A}\n  auth: {{kind: azure-cli}}\n",
        [":8: credentials[0].tenants[2]: credentials[0] is one principal", ":6: credentials[0].tenants[0]; remove one"],
    ),
    "a name twice": (
        (
            f"- {{name: Straße, tenant: {A}, auth: {{kind: azure-cli}}}}\n"
            f"- {{name: STRASSE, tenant: {B}, auth: {{kind: azure-cli}}}}\n"
        ),
        [":5: credentials[1].name: is also the name of the credential on line 4"],
    ),
    "two client IDs in one entry": (
        f"- {{name: a, tenant: {A}, client_id: {A}, auth: {{kind: managed-identity, client_id: {B}}}}}\n",
        [":4: credentials[0].auth.client_id: is another than the client_id on line 4"],
    ),
}


@pytest.mark.parametrize(("credentials", "messages"), CASES.values(), ids=CASES)
def test_a_second_writer_is_refused(written, credentials, messages):
    """With both lines."""
    with pytest.raises(ConfigurationError) as caught:
        config.load(written(HEAD + credentials))
    assert all(message in str(caught.value) for message in messages), str(caught.value)


def test_one_principal_in_two_tenants_is_two_targets(written):
    """And a second credential in a tenant is no second writer: it has a link of its own."""
    first = f"- {{name: b, tenants: [{B}, {A}], client_id: {B}, {SECRET}}}\n"
    second = f"- {{name: A, tenant: {A}, client_id: {A}, {SECRET}}}\n"
    targets = config.load(written(HEAD + first + second)).targets()
    assert [target.label for target in targets] == [f"A@{A}", f"b@{A}", f"b@{B}"]


def test_one_tenants_file_for_one_principal_twice(written, tmp_path):
    """The file's line is told, and who else names it."""
    (tmp_path / "customers.csv").write_text(f"tenant_id\n{A}\n")
    text = "".join(f"- {{name: {name}, tenants_file: customers.csv, client_id: {B}, {SECRET}}}\n" for name in "ab")
    with pytest.raises(ConfigurationError) as caught:
        config.load(written(HEAD + text))
    assert f"customers.csv:2: tenant_id: credentials[1] is one principal in tenant {A} twice" in str(caught.value)
    assert "first by credentials[0] at" in str(caught.value)
