"""Doctor reads, and of a large tenant no more than tells something."""

from tests.doctor.conftest import Surgery, tenant


def test_it_sends_nothing_but_reads(surgery: Surgery) -> None:
    surgery.says(*(tenant(number) for number in range(1, 10)), everything=True)
    assert set(surgery.azure.methods()) == {"GET", "sign-in"}


def test_of_many_subscriptions_one_in_use_is_looked_into(surgery: Surgery) -> None:
    """That tells the permissions; it says so, and how to look into all."""
    found = surgery.finds(tenant(7))
    assert found.code == 0
    assert surgery.azure.calls("GET", "/denyAssignments") == 1
    assert surgery.azure.calls("GET", "70000000-5b5c-4000-8000-000000000002/resourcegroups") == 1
    assert "--all" in found.one("subscriptions")["said"]


def test_all_looks_into_every_one(surgery: Surgery) -> None:
    """And then the one that is closed is found, beside the five that are open."""
    found = surgery.finds(tenant(7), everything=True)
    assert found.code == 3
    opened, closed = found.all("assignments")
    assert (len(opened["subscriptions"]), opened["said"]) == (5, "in 5 of 6 subscriptions")
    assert closed["subscriptions"] == ["Six (70000000-5b5c-4000-8000-000000000006)"]


def test_a_tenant_without_the_licence_lacks_nothing(surgery: Surgery) -> None:
    """No PIM licence means that nothing is held for a time only: that is an answer."""
    found = surgery.finds(tenant(7))
    assert found.one("time_bound")["outcome"] == "ok"
    assert "no PIM licence" in found.one("time_bound")["said"]


def test_it_makes_no_history(surgery: Surgery) -> None:
    found = surgery.finds(tenant(1))
    assert "the first check makes it" in found.machine("history")[0]["said"]
    assert not (surgery.folder / ".pal-agent").exists()


def test_every_target_is_in_the_report_and_in_order(surgery: Surgery) -> None:
    wanted = [tenant(number) for number in range(1, 10)]
    found = surgery.finds(*reversed(wanted))
    assert [target["tenant_id"] for target in found.report["targets"]] == wanted
