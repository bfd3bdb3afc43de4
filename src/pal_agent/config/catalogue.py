"""The findings an exception may name; fixed by the contract, and the same as the files of `findings/`."""

FINDINGS = (
    "assignment-eligible-only",
    "assignment-time-bound",
    "credential-expiring",
    "deny-assignment",
    "link-changed",
    "link-missing",
    "link-name-mismatch",
    "link-not-removed",
    "link-other-partner",
    "offer-excluded",
    "role-not-eligible",
    "role-undocumented",
    "single-credential",
    "subscription-not-attributed",
    "subscription-not-enabled",
    "subscription-partly-attributed",
    "target-partial",
    "target-unverified",
)
