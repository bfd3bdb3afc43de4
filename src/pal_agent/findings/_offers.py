"""Which subscriptions can't count whatever is done: trial, internal, sponsored and benefit offers."""

# Beginnings of the quota ID, the only name that Azure gives an offer; contract.md, "Findings".
# MSDN_ ends in an underscore on purpose: MSDNDevTest is an ordinary, paid offer.
EXCLUDED = (
    "FreeTrial",
    "Internal",
    "MSDN_",
    "MPN",
    "Sponsored",
    "BizSpark",
    "DreamSpark",
    "AzurePass",
    "AzureForStudents",
    "Benefit",
)


def is_excluded(quota_id: str | None) -> bool:
    return (quota_id or "").lower().startswith(tuple(prefix.lower() for prefix in EXCLUDED))
