"""Runs held in memory, for the tests of every report format: one of each kind that a reader meets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from pal_agent.model import (
    Code,
    Counts,
    Excepted,
    Finding,
    GroupResult,
    HeldAssignment,
    Link,
    LinkState,
    Reason,
    RunHeader,
    Severity,
    Source,
    State,
    Status,
    SubscriptionResult,
    Target,
    TargetResult,
    Tier,
    Tiers,
)

PARTNER = "5127255"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
FULL, PARTIAL, NONE, UNKNOWN = State.FULL, State.PARTIAL, State.NONE, State.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class ExampleRun:
    """A `Run` whose parts are made anew on each walk, so that a large one never stands in memory."""

    header: RunHeader
    counts: Counts
    make_targets: Callable[[], Iterator[TargetResult]]
    make_subscriptions: Callable[[], Iterator[SubscriptionResult]]
    make_findings: Callable[[], Iterator[Finding]]

    def targets(self) -> Iterator[TargetResult]:
        return self.make_targets()

    def subscriptions(self) -> Iterator[SubscriptionResult]:
        return self.make_subscriptions()

    def findings(self) -> Iterator[Finding]:
        return self.make_findings()


def header(**changes: object) -> RunHeader:
    usual = RunHeader(
        id="20261104T060001Z-7f3a",
        command="check",
        started_at="2026-11-04T06:00:01Z",
        finished_at="2026-11-04T06:02:41Z",
        agent_version="0.1.0",
        exit_code=0,
        complete=True,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def run_of(
    targets: list[TargetResult],
    subscriptions: list[SubscriptionResult],
    findings: list[Finding],
    **changes: object,
) -> ExampleRun:
    """A run of just these, counted."""
    head = header(**changes)
    return ExampleRun(
        header=head,
        counts=count(head.require, targets, subscriptions, findings),
        make_targets=lambda: iter(targets),
        make_subscriptions=lambda: iter(subscriptions),
        make_findings=lambda: iter(findings),
    )


def count(
    require: Tier,
    targets: list[TargetResult],
    subscriptions: list[SubscriptionResult],
    findings: list[Finding],
) -> Counts:
    counts = no_counts()
    for target in targets:
        counts.targets[target.status] += 1
        counts.links[target.link.state] += 1
    for subscription in subscriptions:
        counts.subscriptions[subscription.tiers.of(require)] += 1
        for group in subscription.resource_groups:
            counts.resource_groups[group.tiers.of(require)] += 1
    for finding in findings:
        counts.findings["excepted" if finding.excepted else finding.severity] += 1
        counts.kinds[finding.id] = counts.kinds.get(finding.id, 0) + 1
    return counts


def no_counts() -> Counts:
    return Counts(
        targets={str(status): 0 for status in Status},
        links={str(state): 0 for state in LinkState},
        subscriptions={str(state): 0 for state in State},
        resource_groups={str(state): 0 for state in State},
        findings={"error": 0, "warning": 0, "info": 0, "excepted": 0},
    )


def guid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-{number:012x}"


def tiers(*states: State) -> Tiers:
    association, influence, pec = states if len(states) == 3 else states * 3
    return Tiers(association=association, influence=influence, pec=pec)


def assignment(
    scope: str, *, role: str = "Contributor", number: int = 1, standing: bool | None = True
) -> HeldAssignment:
    kind = {0: "root", 2: "subscription", 4: "resource-group"}.get(len(scope.strip("/").split("/")), "resource")
    return HeldAssignment(
        id=f"{scope.rstrip('/')}/providers/Microsoft.Authorization/roleAssignments/{guid(number)}",
        scope=scope,
        scope_kind="management-group" if "managementGroups" in scope else kind,  # type: ignore[arg-type]
        role_definition_id=READER if role == "Reader" else CONTRIBUTOR,
        role_name=role,
        principal_id=guid(900),
        via="direct",
        eligible="no" if role == "Reader" else "yes",
        standing=standing,
    )


def target(credential: str, tenant_id: str, **changes: object) -> TargetResult:
    usual = TargetResult(
        target=Target(credential=credential, tenant_id=tenant_id, client_id=guid(700), expected_partner_id=PARTNER),
        object_id=guid(900),
        status=Status.VERIFIED,
        reason=None,
        link=Link(
            state=LinkState.LINKED,
            partner_id=PARTNER,
            partner_name="Contoso Cloud",
            version=3,
            created_at="2026-01-10T09:00:00Z",
            updated_at="2026-03-02T10:30:00Z",
        ),
        subscription_count=1,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def subscription(number: int, name: str, tenant_id: str, **changes: object) -> SubscriptionResult:
    usual = SubscriptionResult(
        subscription_id=guid(number),
        name=name,
        tenant_id=tenant_id,
        state="Enabled",
        tiers=tiers(FULL),
        complete=True,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def earning(number: int, name: str, tenant_id: str, credential: str, groups: list[str]) -> SubscriptionResult:
    """A subscription in full credit, its groups through the same assignment."""
    by = (Source(credential=credential, tenant_id=tenant_id, assignment_id=held(number).id),)
    return subscription(
        number,
        name,
        tenant_id,
        by=by,
        seen_by=(f"{credential}@{tenant_id}",),
        resource_groups=tuple(GroupResult(name=group, tiers=tiers(FULL), by=by) for group in sorted(groups)),
    )


def held(number: int) -> HeldAssignment:
    return assignment(f"/subscriptions/{guid(number)}", number=number)


FABRIKAM, NORTHWIND, ADATUM, WINGTIP = (guid(number) for number in (11, 12, 13, 14))


def example_run() -> ExampleRun:
    """A bit of everything that goes wrong in practice."""
    return run_of(example_targets(), example_subscriptions(), example_findings(), exit_code=3, complete=False)


def example_targets() -> list[TargetResult]:
    group = f"/subscriptions/{guid(22)}/resourceGroups/shop-prod"
    return [
        target("adatum-ops", ADATUM, status=Status.UNVERIFIED, tenant_name="A. Datum Corporation", object_id=None,
               reason=Reason(code=Code.CREDENTIAL_EXPIRED, status=401,
                             message="AADSTS7000222: the client secret has expired"),
               link=Link(state=LinkState.UNKNOWN), subscription_count=0),
        target("fabrikam-deploy", FABRIKAM, tenant_name="Fabrikam, Inc.", role_assignments=(held(21),)),
        target("northwind-deploy", NORTHWIND, tenant_name="Northwind Traders",
               role_assignments=(assignment(group, number=31),
                                 assignment(f"/subscriptions/{guid(22)}", role="Reader", number=32)),
               subscription_count=2),
        target("wingtip-deploy", WINGTIP, tenant_name="Wingtip Toys", link=Link(state=LinkState.MISSING)),
    ]  # fmt: skip


def example_subscriptions() -> list[SubscriptionResult]:
    shop = Source(
        credential="northwind-deploy",
        tenant_id=NORTHWIND,
        assignment_id=assignment(f"/subscriptions/{guid(22)}/resourceGroups/shop-prod", number=31).id,
    )
    reader = Source(
        credential="northwind-deploy",
        tenant_id=NORTHWIND,
        assignment_id=assignment(f"/subscriptions/{guid(22)}", role="Reader", number=32).id,
    )
    return [
        earning(21, "fabrikam-production", FABRIKAM, "fabrikam-deploy", ["rg-app", "rg-data", "rg-network"]),
        subscription(22, "northwind-shop", NORTHWIND, tiers=tiers(FULL, PARTIAL, PARTIAL), by=(shop,),
                     seen_by=(f"northwind-deploy@{NORTHWIND}",),
                     resource_groups=(GroupResult(name="legacy-01", tiers=tiers(FULL, NONE, NONE), by=(reader,)),
                                      GroupResult(name="shop-prod", tiers=tiers(FULL), by=(shop,)))),
        subscription(23, "wingtip-main", WINGTIP, tiers=tiers(NONE), seen_by=(f"wingtip-deploy@{WINGTIP}",),
                     resource_groups=(GroupResult(name="toys", tiers=tiers(NONE)),)),
        subscription(24, "adatum-lab", ADATUM, tiers=tiers(UNKNOWN), complete=False),
    ]  # fmt: skip


def example_findings() -> list[Finding]:
    return [
        Finding(id="link-missing", severity=Severity.ERROR, credential="wingtip-deploy", tenant_id=WINGTIP,
                message="wingtip-deploy has no Partner Admin Link in Wingtip Toys.",
                fix=f"az managementpartner create --partner-id {PARTNER}"),
        Finding(id="role-not-eligible", severity=Severity.WARNING, credential="northwind-deploy",
                tenant_id=NORTHWIND, scope=f"/subscriptions/{guid(22)}/resourceGroups/legacy-01",
                message="Reader does not count for partner earned credit.",
                fix="az role assignment create --role Contributor",
                excepted=Excepted(reason="read-only contract", owner="delivery@example.com",
                                  expires=date(2027, 1, 31))),
        Finding(id="subscription-not-attributed", severity=Severity.ERROR, scope=f"/subscriptions/{guid(23)}",
                message="wingtip-main earns nothing: no credential with a role there is linked.",
                fix="pal-agent apply --target 'wingtip-deploy@*'"),
        Finding(id="subscription-partly-attributed", severity=Severity.WARNING, scope=f"/subscriptions/{guid(22)}",
                message="northwind-shop earns in 1 of 2 resource groups only.",
                fix=f"az role assignment create --assignee-object-id {guid(900)} "
                    f"--assignee-principal-type ServicePrincipal --role Contributor --scope /subscriptions/{guid(22)}"),
        Finding(id="target-unverified", severity=Severity.ERROR, credential="adatum-ops", tenant_id=ADATUM,
                message="adatum-ops could not sign in: the client secret has expired.",
                fix=f"az ad app credential reset --id {guid(700)}"),
    ]  # fmt: skip


def well_run() -> ExampleRun:
    """Nothing to do."""
    targets = [target("fabrikam-deploy", FABRIKAM, tenant_name="Fabrikam, Inc.", role_assignments=(held(21),)),
               target("northwind-deploy", NORTHWIND, tenant_name="Northwind Traders",
                      role_assignments=(held(22),))]  # fmt: skip
    subscriptions = [
        earning(21, "fabrikam-production", FABRIKAM, "fabrikam-deploy", ["rg-app", "rg-data"]),
        earning(22, "northwind-shop", NORTHWIND, "northwind-deploy", ["shop-prod"]),
    ]
    return run_of(targets, subscriptions, [])


def empty_run() -> ExampleRun:
    """No targets at all."""
    return run_of([], [], [])
