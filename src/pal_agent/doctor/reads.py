"""What the agent reads of Azure, in a person's words, and what a report is worth without it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """`title` completes "can …". `cost` follows from the contract's section on attribution."""

    title: str
    cost: str


SIGN_IN = Read(
    title="sign in",
    cost="Nothing is known of this target: the report calls it unverified, and plan and apply leave it alone.",
)
LINK = Read(
    title="read its own link",
    cost="Whether it is linked is unknown: the report calls the target unverified, and plan and apply leave it alone."
    " What nobody else earns in its subscriptions is reported as unknown, not as none.",
)
SUBSCRIPTIONS = Read(
    title="list its subscriptions",
    cost="What it earns is not in the report: its subscriptions are missing from it, or unknown where another target"
    " sees them.",
)
TENANT_NAME = Read(title="read the tenant's name", cost="Reports show the tenant's ID; nothing else is lost.")
ROLE_DEFINITIONS = Read(title="read role names", cost="Custom roles appear as an ID; nothing else is lost.")

# By the name of the fact in `SubscriptionFacts`.
BEHIND = {
    "groups": Read(
        title="list resource groups",
        cost="The report shows the subscription without its resource groups, and is incomplete.",
    ),
    "assignments": Read(
        title="list the roles it holds",
        cost="What it earns there is unknown: association, influence and partner earned credit read unknown wherever"
        " nothing else is known to count.",
    ),
    "authorizations": Read(
        title="read the Lighthouse delegation",
        cost="What it earns there is unknown: roles delegated through Lighthouse are listed nowhere else.",
    ),
    "time_bound": Read(
        title="see which roles are for a time only (PIM)",
        cost="Whether its roles are standing is unknown, so partner earned credit (pec) reads unknown; association and"
        " influence are not affected.",
    ),
    "eligible": Read(
        title="see which roles could be switched on (PIM)",
        cost="The report can't warn of roles that are eligible but not switched on, and is incomplete.",
    ),
    "deny": Read(
        title="list deny assignments",
        cost="Whether a deny assignment voids the credit is unknown, so partner earned credit (pec) reads unknown;"
        " association and influence are not affected.",
    ),
}
