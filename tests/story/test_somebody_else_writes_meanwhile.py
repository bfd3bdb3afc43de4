"""A link that changes between our reading and our writing."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import requests

from pal_agent.cli.danger import Danger
from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate import Link
from tests.story.orderly import OTHERS, OURS, SECRET, Orderly, object_id, tenant_id
from tests.story.rehearsal import Stage

WHO = (tenant_id(0), object_id(0))


class Meddled(SimulatedAzure):
    """Just before our first write arrives, somebody links `partner_id` (None: removes the link)."""

    partner_id: str | None = None
    done = False

    def send(self, request: requests.PreparedRequest, *args: object, **options: object) -> requests.Response:
        if not self.done and request.method in ("PUT", "PATCH", "DELETE"):
            self.done = True
            before = self.azure.link(*WHO)
            link = Link(
                partner_id=self.partner_id or (before.partner_id if before else OURS),
                version=(before.version if before else 0) + 1,
                state="Active" if self.partner_id else "Deleted",
            )
            self.azure.store_link(*WHO, link)
        return super().send(request, *args, **options)  # type: ignore[arg-type]


def meddled(folder: Path, link: str | None, partner_id: str | None, entry: Mapping[str, str] | None = None) -> Stage:
    orderly = Orderly(links=(link,))
    config = orderly.config
    config["credentials"][0].update(entry or {})
    stage = Stage(folder, orderly.estate, config)
    stage.adapter = Meddled(stage.azure)
    stage.adapter.partner_id = partner_id
    return stage


@pytest.mark.parametrize(
    ("link", "meanwhile", "replace", "code", "methods", "left"),
    [
        (None, OTHERS, False, 1, ["PUT"], OTHERS),
        (None, OTHERS, True, 0, ["PUT", "PATCH"], OURS),
        (None, OURS, False, 0, ["PUT"], OURS),
        (OTHERS, None, True, 0, ["PATCH", "PUT"], OURS),
        (OTHERS, OURS, True, 0, ["PATCH"], OURS),
    ],
)
def test_what_was_read_last_decides(
    link: str | None,
    meanwhile: str | None,
    replace: bool,
    code: int,
    methods: list[str],
    left: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another's ID that came meanwhile stands without `--replace`; ours that came meanwhile is no failure; a link that
    went meanwhile is made anew; and never more than two writes."""
    monkeypatch.setenv("CUSTOMER_SECRET", SECRET)
    stage = meddled(tmp_path, link, meanwhile)
    assert stage.apply(Danger(replace=replace, remove=False, max_change=100)) == code
    assert stage.azure.links() == {WHO: left}
    assert [entry.method for entry in stage.writes()] == methods


def test_a_link_that_was_moved_is_not_removed_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`link: absent` with `--remove`: the ID that was linked is removed; one that took its place is read first."""
    monkeypatch.setenv("CUSTOMER_SECRET", SECRET)
    stage = meddled(tmp_path, OURS, OTHERS, {"link": "absent"})
    code = stage.apply(Danger(replace=False, remove=True, max_change=100))
    assert [(entry.method, entry.path.rpartition("/")[2]) for entry in stage.writes()] == [
        ("DELETE", OURS),
        ("DELETE", OTHERS),
    ]
    assert (code, stage.azure.links()) == (0, {})
