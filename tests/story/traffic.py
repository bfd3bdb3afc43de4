"""How many requests a check needs, from the estate alone: the contract's fewest."""

from collections import Counter
from math import ceil

from pal_agent.sim.roles import builtin_roles
from tests.story.nouns import Sight, Told
from tests.story.world import World


def sign_ins(world: World) -> Counter[str]:
    """Discovery once for each tenant, a token for each target. Only for worlds in which every tenant exists."""
    return Counter({"discovery": len({told.aim.tenant for told in world.told}), "token": len(world.told)})


def requests_of(world: World, told: Told) -> int:
    """To Resource Manager: the link, and what is behind it; PIM once where there is no licence, and the name of each
    custom role once. Only for targets that are refused nothing."""
    sights = told.sights or ()
    total = 1 + _pages(world, len(sights), "subscriptions") + sum(_behind(world, sight) for sight in sights)
    own = [sight for sight in sights if not sight.delegated]
    if own and not world.quick and not own[0].place.tenant.pim_licensed:
        total += 1
    return total + len({grant.role for sight in own for grant in sight.grants or ()} - set(builtin_roles()))


def _behind(world: World, sight: Sight) -> int:
    home_lines = {grant.id for grant in sight.grants or ()}
    total = _pages(world, len(sight.groups or ())) + _pages(world, len(home_lines))
    if world.quick:
        return total
    total += _pages(world, len(sight.denies or ()))
    if sight.delegated or not sight.place.tenant.pim_licensed:
        return total
    return total + _pages(world, len(sight.grants or ())) + _pages(world, len(sight.offers or ()))


def _pages(world: World, count: int, kind: str = "") -> int:
    sizes = world.estate.page_sizes
    return max(1, ceil(count / sizes.get(kind, sizes["default"])))
