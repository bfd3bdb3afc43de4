"""Two tenants, and a principal who holds custom roles with just the actions that a test gives it."""

import json
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from pal_agent.cli import apply, check, doctor, plan, scopes
from pal_agent.cli.danger import Danger
from pal_agent.cli.words import Words
from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate import (
    App,
    Assignment,
    Authorization,
    Delegation,
    Estate,
    Link,
    Principal,
    Role,
    Secret,
    Subscription,
    Tenant,
)
from pal_agent.sim.state import Azure, Logged

HOME, CUSTOMER = "11111111-7e4a-4000-8000-000000000001", "22222222-7e4a-4000-8000-000000000001"
OWN, DELEGATED = "11111111-5b5c-4000-8000-000000000001", "22222222-5b5c-4000-8000-000000000001"
APP, PERSON = "11111111-a990-4000-8000-000000000001", "11111111-0b1d-4000-8000-000000000001"
CUSTOM = "11111111-401e-4000-8000-000000000001"
ACR_PUSH = "8311e382-0749-4cb8-b61a-304f252e45ec"  # a built-in role that counts, without any read that matters here
PARTNER = "5127255"
NOTHING = ("Microsoft.Support/supportTickets/write",)  # a role without a read: without any, nothing is to be seen
CAREFUL = Danger(replace=False, remove=False, max_change=None)


def estate(actions: Sequence[str], *, linked: bool) -> Estate:
    """A subscription of the tenant's own and one that is delegated through Lighthouse. In each the principal holds
    AcrPush, which earns, and the custom role, which is all it may read with."""
    role = Role(id=CUSTOM, name="Just these", actions=tuple(actions) or NOTHING)
    link = Link(partner_id=PARTNER) if linked else None
    home = Tenant(
        id=HOME,
        name="Home",
        principals=(Principal(object_id=PERSON, app=APP, link=link),),
        subscriptions=(Subscription(id=OWN, name="Own", resource_groups=("web",)),),
        assignments=(Assignment(scope=f"/subscriptions/{OWN}", role=CUSTOM, principal=PERSON),
                     Assignment(scope=f"/subscriptions/{OWN}", role=ACR_PUSH, principal=PERSON)),
        roles=(role,),
    )  # fmt: skip
    scope = f"/subscriptions/{DELEGATED}"
    lines = (Authorization(principal=PERSON, role=CUSTOM), Authorization(principal=PERSON, role=ACR_PUSH))
    customer = Tenant(
        id=CUSTOMER,
        name="Customer",
        subscriptions=(Subscription(id=DELEGATED, name="Delegated", resource_groups=("shop",)),),
        delegations=(Delegation(scope=scope, to=HOME, authorizations=lines),),
        roles=(role,),
    )
    app = App(client_id=APP, secrets=(Secret(value="s"),))
    return Estate(tenants=(home, customer), apps=(app,), partners={PARTNER: "Contoso"})


class Stage:
    """The agent and the principal with these actions."""

    def __init__(self, folder: Path, actions: Sequence[str], *, linked: bool = True) -> None:
        folder.mkdir()
        self.azure = Azure(estate(actions, linked=linked))
        self._adapter = SimulatedAzure(self.azure)
        self.report = folder / "report.json"
        secret = folder / "secret"
        secret.touch(mode=0o600)
        secret.write_text("s")
        auth = {"kind": "client-secret", "secret": "file:secret"}
        entry = {"name": "one", "tenant": HOME, "client_id": APP, "auth": auth}
        content = {"version": 1, "partner": {"id": PARTNER}, "credentials": [entry]}
        self._words = Words(config=folder / "pal-agent.yaml")
        (folder / "pal-agent.yaml").write_text(json.dumps(content))

    def run(self, command: str) -> int:
        """A command by its name, `check --quick` too."""
        words, adapter = self._words, self._adapter
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            match command:
                case "check" | "check --quick":
                    to = (f"json={self.report}",)
                    return check.carry_out(words, to, quick=command.endswith("quick"), history=False, adapter=adapter)
                case "plan":
                    return plan.carry_out(words, CAREFUL, out=None, output="table", adapter=adapter)
                case "apply":
                    return apply.carry_out(words, CAREFUL, None, yes=True, adapter=adapter)
                case "scopes":
                    return scopes.carry_out(words, output="json", adapter=adapter)
                case _:
                    return doctor.carry_out(words, everything=True, output="json", adapter=adapter)

    @property
    def refused(self) -> list[Logged]:
        return [one for one in self.azure.log if one.status == 403]

    @property
    def checked(self) -> Any:
        """The JSON report."""
        return json.loads(self.report.read_text())
