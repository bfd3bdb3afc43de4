"""Every refusal of a configuration, word for word, in one golden file that a reviewer reads as a user would."""

import pytest

from pal_agent import config
from pal_agent.errors import AgentError
from tests.config import test_every_fault_names_file_line_and_key as shapes
from tests.config import test_hostile_files_are_refused_at_once as hostile
from tests.config import test_one_writer_for_each_link as writers
from tests.config import test_targets_are_chosen_by_name_and_tag as choice
from tests.config import test_tenants_files_are_read_as_people_write_them as tables
from tests.config import test_the_environment_names_one_target as environment
from tests.report.golden import assert_golden

TENANT = "tenant: 11111111-1111-1111-1111-111111111111"
HOPELESS = """\
version: one
partner: []
cloud: {authority: 'https://a:0', ca_bundle: 5}
credentials:
- name: '=x'
  tenant: 5
  tenants: []
  tenants_file: no.csv
  auth: {kind: managed-identity, clientid: x}
  groups: [x]
- auth: {kind: certificate}
- no mapping
- {name: right, tenants_file: missing.csv, auth: {kind: federated, token: github}}
policy: {require: everything}
safety: {max_change_percent: -1}
history: {path: ''}
exceptions: {}
notify: [{url: 'env:A', when: never}]
"""


@pytest.fixture
def refusal(tmp_path, monkeypatch):
    """What is said when something is done, without the folder's name."""
    monkeypatch.chdir(tmp_path)

    def refusal(action):
        with pytest.raises(AgentError) as caught:
            action()
        return str(caught.value).replace(f"{tmp_path}/", "")

    return refusal


def chapters(told):
    return "".join(f"== {name}\n{message}\n\n" for name, message in told.items())


def test_of_files(right, written, tmp_path, refusal):
    """The same files as in the tests beside this one, and one that is wrong all over."""
    files = {name: right.replace(old, new, 1) for name, (old, new, _) in shapes.CASES.items()}
    files |= {f"hostile: {name}": content for name, (content, _) in hostile.CASES.items() if len(content) < 1000}
    files |= {f"second writer: {name}": writers.HEAD + text for name, (text, _) in writers.CASES.items()}
    files |= {"wrong all over": HOPELESS, "a tab": right.replace("  id", "\tid"), "brackets": right.replace("}", "")}
    files |= {f"{count} faults": right + "".join(f"z{at}: 1\n" for at in range(count)) for count in (40, 41)}
    files["a secret for a key"] = right.replace('secret: "env:FABRIKAM_SECRET"', "hunter2")
    told = {name: refusal(lambda text=text: config.load(written(text))) for name, text in files.items()}
    listing = right.replace(TENANT, "tenants_file: customers.csv")
    for name, (content, *_) in tables.BAD.items():
        (tmp_path / "customers.csv").write_bytes(content.encode() if isinstance(content, str) else content)
        told[f"table: {name}"] = refusal(lambda: config.load(written(listing)))
    (tmp_path / "customers.csv").write_text("tenant_id\n\nx\n")
    told["both files"] = refusal(lambda: config.load(written(listing.replace("version: 1", "version: 2"))))
    (tmp_path / "customers.csv").unlink()
    told["a folder"] = refusal(lambda: config.load(tmp_path)).replace(str(tmp_path), "FOLDER")
    told["table: not there"] = refusal(lambda: config.load(written(listing)))
    for name, size in (("table", 33), ("file", 9)):
        large = tmp_path / ("customers.csv" if name == "table" else "large.yaml")
        with large.open("wb") as stream:
            stream.truncate(size * 1024 * 1024)
        told[f"{name}: too large"] = refusal(lambda: config.load(written(listing) if name == "table" else large))  # noqa: B023
    assert_golden("configuration-refusals.txt", chapters(told))


def test_of_words_and_places(written, tmp_path, refusal):
    """`--target`, `--tag`, `--from-env`, `--config`."""
    settings = config.load(written(choice.TEXT))
    told = {
        name: refusal(lambda targets=targets, tags=tags: config.choose(settings, targets=targets, tags=tags))
        for name, (targets, tags, *_) in choice.NOTHING.items()
    }
    untagged = config.load(
        written(choice.TEXT.replace(', tags: {region: emea, tier: "1"}', "").replace(", tags: {region: emea}", ""))
    )
    told["a tag where there are none"] = refusal(lambda: config.choose(untagged, tags=["a=b"]))
    for count in (20, 21, 45):
        many = config.load(written(_many(count)))
        told[f"one of {count}"] = refusal(lambda: config.choose(many, targets=["x"]))  # noqa: B023
    good = {**environment.IDS, **environment.SECRET}
    for name, environ, partner_id in (
        ("nothing set", {}, "1"),
        ("the partner ID alone", good, "1"),
        ("the secret alone", environment.IDS, "5127255"),
        ("two of them", {**environment.SECRET, "AZURE_TENANT_ID": "contoso.com"}, "5127255"),
        ("the authority", {**good, "AZURE_AUTHORITY_HOST": "http://x"}, "5127255"),
    ):
        told[f"environment: {name}"] = refusal(
            lambda environ=environ, partner_id=partner_id: config.from_environment(partner_id, environ, tmp_path)
        )
    (tmp_path / "pal-agent.yaml").unlink()
    for name, option, environ in (
        ("none", None, {}),
        ("named, not there", tmp_path / "x.yaml", {}),
        ("named, a folder", tmp_path, {}),
        ("variable, not there", None, {"PAL_AGENT_CONFIG": "x.yaml"}),
    ):
        told[f"place: {name}"] = refusal(lambda option=option, environ=environ: config.find(option, environ)).replace(
            str(tmp_path), "FOLDER"
        )
    assert_golden("choice-refusals.txt", chapters(told))


def _many(count):
    tenants = ", ".join(f"{number:08x}-0000-0000-0000-000000000000" for number in range(count))
    return f"{writers.HEAD}- {{name: a, tenants: [{tenants}], auth: {{kind: azure-cli}}}}\n"
