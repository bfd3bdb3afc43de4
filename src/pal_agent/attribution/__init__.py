"""Facts to attributions: who earns, what each target holds, and how far each scope is attributed. Pure.

`summarise` answers for a target, `attribute` for a subscription. Both follow the contract's Attribution section;
`Holding` is the noun between them, which findings ask too.
"""

from pal_agent.attribution.holding import Holding, holdings, is_delegated, is_readable, reaches
from pal_agent.attribution.subscription import Doubts, Sighting, attribute
from pal_agent.attribution.target import is_earning, link_of, summarise

__all__ = [
    "Doubts",
    "Holding",
    "Sighting",
    "attribute",
    "holdings",
    "is_delegated",
    "is_earning",
    "is_readable",
    "link_of",
    "reaches",
    "summarise",
]
