"""The real commands over a simulated Azure in process, with what they printed."""

import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from pal_agent.cli import apply, check, doctor, plan, scopes
from pal_agent.cli.danger import Danger
from pal_agent.cli.ending import ended
from pal_agent.cli.words import Words
from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate import App, Assignment, Estate, Principal, Role, Secret, Subscription, Tenant
from pal_agent.sim.roles import guid_by_name
from pal_agent.sim.state import Azure

TENANT, APP, PERSON = (f"11111111-{kind}-4000-8000-000000000001" for kind in ("7e4a", "a990", "0b1d"))
SUBSCRIPTION, CUSTOM = "11111111-5b5c-4000-8000-000000000001", "11111111-401e-4000-8000-000000000001"
PARTNER = "5127255"
CAREFUL = Danger(replace=False, remove=False, max_change=None)


def estate(name: str = "Fabrikam") -> Estate:
    """One tenant, not linked. Everything that a customer may name has this name."""
    scope = f"/subscriptions/{SUBSCRIPTION}"
    held = (guid_by_name()["contributor"], CUSTOM)
    tenant = Tenant(
        id=TENANT,
        name=name,
        principals=(Principal(object_id=PERSON, app=APP),),
        subscriptions=(Subscription(id=SUBSCRIPTION, name=name, resource_groups=("web", name.replace("/", "-"))),),
        assignments=tuple(Assignment(scope=scope, role=role, principal=PERSON) for role in held),
        roles=(Role(id=CUSTOM, name=name),),
    )
    return Estate(tenants=(tenant,), apps=(App(client_id=APP, secrets=(Secret(value="s"),)),), partners={PARTNER: name})


@dataclass(frozen=True, kw_only=True)
class Printed:
    code: int
    out: str
    err: str


@dataclass
class Stage:
    folder: Path
    estate: Estate = field(default_factory=estate)
    credential: str = "fabrikam"

    def __post_init__(self) -> None:
        self.azure = Azure(self.estate)
        self._adapter = SimulatedAzure(self.azure)
        (self.folder / "secret").touch(mode=0o600)
        (self.folder / "secret").write_text("s")
        auth = {"kind": "client-secret", "secret": "file:secret"}
        entry = {"name": self.credential, "tenant": TENANT, "client_id": APP, "auth": auth}
        content = {"version": 1, "partner": {"id": PARTNER, "name": "Contoso"}, "credentials": [entry]}
        content["history"] = {"path": "state/history.db"}
        self.words = Words(config=self.folder / "pal-agent.yaml")
        self.words.config.write_text(json.dumps(content))  # type: ignore[union-attr]

    @property
    def history(self) -> Path:
        return self.folder / "state" / "history.db"

    def check(self, *formats: str) -> Printed:
        return self.printed(check.carry_out, self.words, formats)

    def every_command(self) -> dict[str, Printed]:
        """All that print what a customer named."""
        from pal_agent.cli import diff, history, report

        config = ["-c", str(self.words.config)]
        found = {
            "check": self.check(),
            "plan": self.printed(plan.carry_out, self.words, CAREFUL, out=None, output="table"),
        }
        found["apply"] = self.printed(apply.carry_out, self.words, CAREFUL, None, yes=True)
        found["again"] = self.check()
        for form in ("table", "csv"):
            found[f"scopes {form}"] = self.printed(scopes.carry_out, self.words, output=form)
        found["doctor"] = self.printed(doctor.carry_out, self.words, everything=True, output="table")
        for name, command in {"history": history, "diff": diff, "report": report}.items():
            found[name] = self._captured(lambda command=command: command.command.main(config, standalone_mode=False))
        return found

    def printed(self, command: Any, *words: Any, **options: Any) -> Printed:
        """A command's `carry_out`, its ending decided as for the console script."""
        return self._captured(lambda: command(*words, adapter=self._adapter, **options))

    def _captured(self, run: Any) -> Printed:
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = ended(run)
        return Printed(code=code, out=out.getvalue(), err=err.getvalue())
