"""The agent and a slow oracle, written from the contract alone, agree on random small estates."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pal_agent.model import Source, Tier, Tiers
from tests.attribution.estates import SUBSCRIPTION, Estate, attributed, estates
from tests.attribution.oracle import expected


@settings(max_examples=100, deadline=None)
@given(estate=estates(), require=st.sampled_from(list(Tier)))
def test_every_tier_of_every_scope_is_what_the_oracle_says(estate: Estate, require: Tier) -> None:
    """States, completeness, and the assignments named as being behind each answer."""
    result = attributed(estate, require)
    wanted = expected(estate, SUBSCRIPTION)
    assert (
        _states("", result.tiers)
        | {
            key: state
            for group in result.resource_groups
            for key, state in _states(group.name.lower(), group.tiers).items()
        }
        == wanted["states"]
    )
    assert result.complete == wanted["complete"]
    told = {"": result.by} | {group.name.lower(): group.by for group in result.resource_groups}
    for group, by in told.items():
        behind = wanted["behind"][group, require.value] or wanted["behind"][group, "association"]
        assert [_key(source) for source in by] == sorted(behind)


def _states(group: str, tiers: Tiers) -> dict[tuple[str, str], str]:
    return {(group, tier.value): tiers.of(tier).value for tier in Tier}


def _key(source: Source) -> tuple[str, str, str]:
    return (source.assignment_id.lower(), source.credential.lower(), source.tenant_id.lower())
