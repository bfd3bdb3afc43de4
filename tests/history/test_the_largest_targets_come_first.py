"""What took longest last time starts early next time."""

from pathlib import Path

from pal_agent.history import History, RunStore
from pal_agent.model import NoLink, RunHeader, SubscriptionFacts, Target, TargetFacts, Tier


def target(name: str) -> Target:
    return Target(credential=name, tenant_id="T", client_id=None, expected_partner_id="5127255")


def run_with(sizes: dict[str, int], run_id: str, command: str = "check") -> RunStore:
    """Targets by name, each with so many subscriptions."""
    store = RunStore(require=Tier.INFLUENCE)
    for name, size in sizes.items():
        seen = tuple(SubscriptionFacts(subscription_id=f"S{n}", name="", tenant_id="T", state="") for n in range(size))
        store.add_target(TargetFacts(target=target(name), object_id=None, link=NoLink(), subscriptions=seen))
    store.finish(
        RunHeader(
            id=run_id,
            command=command,
            started_at="2026",
            finished_at="2026",
            agent_version="1",
            exit_code=0,
            complete=True,
        )
    )
    return store


def order(history: History, names: str) -> str:
    return "".join(one.credential for one in history.largest_first([target(name) for name in names]))


def test_targets_are_ordered_by_the_last_run_that_saw_subscriptions(tmp_path: Path) -> None:
    """Names without case; a new target, and one of equal size, where it was; a plan or apply says nothing."""
    with History(tmp_path / "h.db") as history:
        assert order(history, "abcd") == "abcd"
        for store in (
            run_with({"a": 9, "b": 1}, "1"),
            run_with({"A": 1, "b": 3, "c": 1}, "2"),
            run_with({"a": 0, "b": 0}, "3", command="apply"),
        ):
            with store:
                history.record(store)
        assert order(history, "dcba") == "bcad"
        assert order(history, "") == ""
