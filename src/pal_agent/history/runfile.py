"""A `json` report, read back as a run: what `report FILE` renders and `diff A B` compares without a history."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

from pal_agent.codec import CodecError, Json, decode
from pal_agent.errors import HistoryError
from pal_agent.history.store import RunStore
from pal_agent.history.stream import members
from pal_agent.model import (
    Excepted,
    Finding,
    GroupResult,
    HeldAssignment,
    Link,
    Reason,
    RunHeader,
    Source,
    SubscriptionResult,
    Target,
    TargetResult,
    Tier,
)

_MADE_BY = "Give a file that `-o json=FILE` wrote."
_SCHEMA_VERSION = 1

Object = dict[str, Json]


def read(path: Path) -> RunStore:
    """The run, to be closed. Keys that a newer agent added are left out; `HistoryError` for any other file."""
    header = read_header(path)
    store = RunStore(require=header.require)
    try:
        for result in results(path):
            store.add_result(result)
    except BaseException:
        store.close()
        raise
    store.finish(header)
    return store


def read_header(path: Path) -> RunHeader:
    with _understood(path):
        return _header(path)


def results(path: Path) -> Iterator[TargetResult | SubscriptionResult | Finding]:
    """All results in the order of the file, one at a time."""
    with _understood(path), path.open(encoding="utf-8-sig") as file:
        for name, data in members(file):
            if name in _RESULTS:
                yield _RESULTS[name](_object(data))


@contextmanager
def _understood(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise HistoryError(error.strerror or str(error), where=str(path)) from error
    except (ValueError, KeyError, RecursionError) as error:
        raise HistoryError(f"this is not a report in json format: {error}", where=str(path), mend=_MADE_BY) from error


def _header(path: Path) -> RunHeader:
    """Normally at the beginning; a tool may have moved it."""
    version: Json = None
    with path.open(encoding="utf-8-sig") as file:
        for name, data in members(file):
            if name == "schema_version":
                version = data
            if name == "run" and version is not None:
                return _known_header(version, data)
    return _header_moved(path)


def _header_moved(path: Path) -> RunHeader:
    with path.open(encoding="utf-8-sig") as file:
        found = {name: data for name, data in members(file) if name in ("schema_version", "run")}
    return _known_header(found["schema_version"], found["run"])


def _known_header(version: Json, data: Json) -> RunHeader:
    if version != _SCHEMA_VERSION:
        raise CodecError(f"schema version {version} is not known")
    return decode(RunHeader, _only(RunHeader, data))


def _target(data: Object) -> TargetResult:
    target: Object = {**_only(Target, data), "client_id": None, "link": data.get("wanted", "present")}
    rest: Object = {
        "target": target,
        "reason": data["reason"] and _only(Reason, data["reason"]),
        "link": _only(Link, data["link"]),
        "role_assignments": [_only(HeldAssignment, held) for held in _list(data["role_assignments"])],
    }
    return decode(TargetResult, {**_only(TargetResult, data), **rest})


def _subscription(data: Object) -> SubscriptionResult:
    groups: list[Json] = [_group(_object(group)) for group in _list(data["resource_groups"])]
    rest: Object = {"tiers": _tiers(data), "by": _sources(data), "resource_groups": groups}
    return decode(SubscriptionResult, {**_only(SubscriptionResult, data), **rest})


def _group(data: Object) -> Json:
    rest: Object = {"tiers": _tiers(data), "by": _sources(data)}
    return {**_only(GroupResult, data), **rest}


def _finding(data: Object) -> Finding:
    excepted = data["excepted"] and _only(Excepted, data["excepted"])
    return decode(Finding, {**_only(Finding, data), "excepted": excepted})


_RESULTS: dict[str, Callable[[Object], TargetResult | SubscriptionResult | Finding]] = {
    "targets": _target,
    "subscriptions": _subscription,
    "findings": _finding,
}


def _tiers(data: Object) -> Json:
    return {tier.value: data[tier.value] for tier in Tier}


def _sources(data: Object) -> Json:
    return [_only(Source, source) for source in _list(data["by"])]


def _only(kind: type, data: Json) -> Object:
    """The members that are fields of `kind`."""
    given = _object(data)
    return {field.name: given[field.name] for field in fields(kind) if field.name in given}


def _object(data: Json) -> Object:
    if not isinstance(data, dict):
        raise CodecError("an object is missing")
    return data


def _list(data: Json) -> list[Json]:
    if not isinstance(data, list):
        raise CodecError("a list is missing")
    return data
