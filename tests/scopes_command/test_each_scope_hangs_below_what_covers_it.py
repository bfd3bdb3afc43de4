"""The tree, on an estate that has a role at every kind of place."""

from collections.abc import Callable, Iterator
from typing import Any

LAST = "managementGroups/"


def below(places: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    """The places below the one at the end of a path of scope endings."""
    for name in names:
        (place,) = [place for place in places if place["scope"].lower().endswith(name.lower())]
        places = place["scopes"]
    return places


def every(places: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for place in places:
        yield place
        yield from every(place["scopes"])


def roles(place: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {role["role_name"]: role for role in place["roles"]}


def test_the_root_covers_the_tenants_root_group_and_that_all_others(trees: dict[str, Any]) -> None:
    """Both reach every subscription; which of them is above is known all the same."""
    (root,) = trees["11111111"]
    assert (root["scope"], root["scope_kind"]) == ("/", "root")
    (top,) = root["scopes"]
    assert top["scope"].endswith(LAST + "11111111-0000-4000-8000-000000000001")
    assert top["place_certain"]


def test_a_group_of_fewer_subscriptions_hangs_below_one_of_more(trees: dict[str, Any]) -> None:
    """What reaches one subscription of three lies below what reaches all three, and the others don't hang from it."""
    corp = below(trees["11111111"], "/", "000000000001", "corp", "land")
    assert [place["name"] or place["scope"].rsplit("/")[-1] for place in corp] == ["narrow", "Wide", "@Timed"]
    assert [place["name"] for place in below(corp, "narrow")] == ["Narrow"]


def test_two_groups_that_reach_the_same_are_said_to_be_in_doubt(trees: dict[str, Any]) -> None:
    """Azure does not tell which of the two is above, so the report does not pretend to know."""
    (upper,) = below(trees["11111111"], "/", "000000000001")
    (lower,) = upper["scopes"]
    assert upper["place_certain"]
    assert not lower["place_certain"]


def test_a_resource_hangs_from_its_group_even_when_nothing_is_held_there(trees: dict[str, Any]) -> None:
    wide = next(place for place in every(trees["11111111"]) if place["name"] == "Wide")
    assert [place["scope"].rsplit("/")[-1] for place in wide["scopes"]] == ["apps", "Data"]
    apps, data = wide["scopes"]
    assert apps["roles"] == []
    assert [place["scope_kind"] for place in apps["scopes"]] == ["resource"]
    assert list(roles(data)) == ["Backup Contributor"]


def test_each_role_says_how_it_is_held_and_for_how_long(trees: dict[str, Any]) -> None:
    """A group's role, one for a time, one switched on, and one that nobody has switched on."""
    places = {place["name"] or place["scope"]: place for place in every(trees["11111111"])}
    corp = next(place for scope, place in places.items() if scope.endswith("corp"))
    assert (roles(corp)["Contributor"]["via"], roles(corp)["Contributor"]["standing"]) == ("group", True)
    timed = roles(places["@Timed"])
    assert (timed["Contributor"]["standing"], timed["Contributor"]["ends_at"]) == (False, "2035-06-30T00:00:00Z")
    assert (timed["Contributor"]["activated"], timed["Network Contributor"]["activated"]) == (False, True)
    assert (timed["Owner"]["held"], timed["Owner"]["standing"]) == ("no", False)
    assert len(places["@Timed"]["roles"]) == 3


def test_a_lighthouse_group_is_held_perhaps(trees: dict[str, Any]) -> None:
    """Whether the credential is in the group can't be read: neither yes nor no."""
    (delegated,) = trees["22222222"]
    held = {name: (role["via"], role["held"]) for name, role in roles(delegated).items()}
    assert held == {
        "Contributor": ("lighthouse", "yes"),
        "Reader": ("lighthouse", "unknown"),
        "Network Contributor": ("lighthouse", "no"),
    }


def test_what_could_not_be_read_is_said_in_its_place(trees: dict[str, Any]) -> None:
    """A closed subscription is there, with the reason, and with no role that nobody saw."""
    opened, shut = trees["44444444"]
    assert roles(opened)["Contributor"]["standing"] is True
    assert shut["roles"] == []
    assert [(unread["what"], unread["reason"]["code"]) for unread in shut["unread"]] == [("assignments", "forbidden")]


def test_it_ends_with_3_when_something_could_not_be_read(listed: Callable[..., tuple[int, str]]) -> None:
    assert listed("table")[0] == 3


def test_it_records_nothing_and_writes_nothing(listed: Any, azure: Any, words: Any) -> None:
    """Reads and sign-ins, and no history."""
    listed("table")
    assert set(azure.methods()) == {"GET", "sign-in"}
    assert not (words.config.parent / ".pal-agent").exists()


def test_a_recorded_run_gives_the_same_tree_without_network(listed: Any, recorded: None, azure: Any) -> None:
    """The names of tenants too, which a check for people asks for."""
    del recorded
    asked = len(azure.log)
    code, old = listed("csv", recorded="last")
    assert (code, len(azure.log)) == (3, asked)
    assert old == listed("csv")[1]
