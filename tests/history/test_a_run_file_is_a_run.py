"""A `json` report reads back as the run it was made of; anything else is refused in words."""

import json
from datetime import UTC, datetime
from io import StringIO
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pal_agent.errors import HistoryError
from pal_agent.history import runfile, stream
from pal_agent.report import Options
from pal_agent.report.json import render
from tests.report.example_run import example_run, well_run
from tests.report.hostile_run import hostile_run
from tests.report.large_run import large_run

OPTIONS = Options(now=datetime(2026, 11, 4, tzinfo=UTC))


@pytest.mark.parametrize("make", [example_run, well_run, hostile_run])
def test_what_was_reported_reads_back(tmp_path, make) -> None:
    """And renders to the same bytes."""
    text = "".join(render(make(), OPTIONS))
    (tmp_path / "r.json").write_text(text)
    with runfile.read(tmp_path / "r.json") as run:
        assert "".join(render(run, OPTIONS)) == text
        assert run.header == make().header
        assert run.counts == make().counts


def test_a_file_that_a_tool_put_in_other_words_reads_the_same(tmp_path) -> None:
    """Indented, sorted by key, with keys of a newer agent: `jq -S` is no reason to refuse."""
    text = "".join(render(example_run(), OPTIONS))
    data = json.loads(text)
    data["subscriptions"][0]["unheard"] = {"of": [1]}
    data["targets"].reverse()
    data["new"] = [1, 2]
    (tmp_path / "r.json").write_text("\ufeff" + json.dumps(data, indent=3, sort_keys=True), encoding="utf-8")
    with runfile.read(tmp_path / "r.json") as run:
        assert "".join(render(run, OPTIONS)) == text


def broken(change) -> str:
    data = json.loads("".join(render(example_run(), OPTIONS)))
    change(data)
    return json.dumps(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        "not json",
        '{"schema_version": 1',
        '{"schema_version": 1}',
        "[" * 100_000,
        '{"schema_version": 1, "run": ' + "[" * 100_000,
        '{"schema_version": 1, "run": ' + "9" * 5000 + "}",
        "".join(render(example_run(), OPTIONS))[:-400],
        "".join(render(example_run(), OPTIONS)) + "{}",
        broken(lambda data: data.update(schema_version=2)),
        broken(lambda data: data["run"].pop("id")),
        broken(lambda data: data["targets"][0].update(status="fine")),
        broken(lambda data: data["targets"][0].pop("link")),
        broken(lambda data: data["subscriptions"][0].update(pec=None)),
        broken(lambda data: data["subscriptions"].append(None)),
        broken(lambda data: data["findings"][0].update(message=5)),
        broken(lambda data: data["findings"][0].update(excepted={"expires": "soon"})),
    ],
    ids=range(20),
)
def test_any_other_file_is_refused(tmp_path, text) -> None:
    """With the file's name and what would do."""
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(HistoryError) as raised:
        runfile.read(tmp_path / "r.json")
    assert raised.value.where == str(tmp_path / "r.json")


def test_no_file_is_said(tmp_path) -> None:
    """Nor a folder."""
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(HistoryError):
            runfile.read(path)


class Slowly(StringIO):
    """Gives few characters at a time, so that every boundary is met."""

    def read(self, size: int | None = -1, /) -> str:
        return super().read(3)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(data=st.dictionaries(st.text(max_size=4), json_values, max_size=4), indent=st.sampled_from([None, 0, 2]))
def test_pieces_are_the_whole(data: dict, indent: int | None) -> None:
    """However the file is cut."""
    found = list(stream.members(Slowly(json.dumps(data, indent=indent))))
    expected = chain.from_iterable(
        [(name, one) for one in value] if isinstance(value, list) else [(name, value)] for name, value in data.items()
    )
    assert found == list(expected)


def test_a_large_file_is_read_in_pieces() -> None:
    """Never whole: the reader takes a chunk at a time."""
    text = "".join(render(large_run(targets=60, subscriptions=3, groups=20), OPTIONS))

    class Watched(StringIO):
        most = 0

        def read(self, size: int | None = -1, /) -> str:
            Watched.most = max(Watched.most, size or -1)
            return super().read(size)

    assert sum(1 for _ in stream.members(Watched(text))) > 240
    assert 0 < Watched.most <= 2**20
