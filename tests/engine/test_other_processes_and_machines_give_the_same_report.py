"""Engines beyond threads: the same bytes as threads, no secret on the way, no work lost with a worker."""

import json
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from pal_agent import config
from pal_agent.access import azure_for, secret_reader
from pal_agent.batch import Batch, split
from pal_agent.cli import check
from pal_agent.cli.engines import THREADS, Engine
from pal_agent.cli.words import Words
from pal_agent.engine.batches import TRIES, Batches, is_stopped, processes
from pal_agent.sim import estates
from pal_agent.sim.estate_file import load_estate
from pal_agent.sim.server import serve
from pal_agent.sim.state import Azure
from pal_agent.work import INTERRUPTED, Work, gather_here


@pytest.fixture
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The demo's, against the simulated Azure over HTTPS."""
    for name, value in estates.demo_secrets().items():
        monkeypatch.setenv(name, value)
    with serve(Azure(load_estate(estates.demo_estate_path()))) as server:
        cloud = f"cloud:\n  authority: {server.url}\n  resource_manager: {server.url}\n  audience: {server.url}\n"
        cloud += f"  ca_bundle: {server.ca_path}\n"
        path = tmp_path / "pal-agent.yaml"
        path.write_text(cloud + estates.demo_config_path().read_text(encoding="utf-8"), encoding="utf-8")
        yield path


def report(configuration: Path, name: str, engine: Engine) -> Any:
    path = configuration.parent / f"{name}.json"
    check.carry_out(Words(config=configuration), (f"json={path}",), history=False, engine=engine)
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["run"]
    return content


def test_processes_give_the_report_of_threads(configuration: Path) -> None:
    """Secrets are resolved in the workers, from the same references."""
    threads = report(configuration, "threads", THREADS)
    assert report(configuration, "processes", Engine(kind="processes")) == threads


def until_told(seconds: float) -> bool:
    """Runs on a worker: whether it was told to stop within that time."""
    end = time.monotonic() + seconds
    while not is_stopped() and time.monotonic() < end:
        time.sleep(0.005)
    return is_stopped()


@pytest.mark.usefixtures("configuration")  # the server they are forked from keeps the environment of its start
def test_processes_are_told_to_stop() -> None:
    """The promise to whoever presses Ctrl-C: what they work on ends early, and so does what they were sent ahead."""
    with processes(1) as away:
        threading.Timer(0.2, away.stop).start()
        assert list(away.run(until_told, [20.0] * 5)) == [True, True]


def test_a_batch_that_is_told_to_stop_starts_on_no_target(configuration: Path) -> None:
    """Each says so for itself; nothing is missing from the report."""
    settings = config.load(configuration)
    with azure_for(settings) as azure:
        work = Work(settings=settings, targets=settings.targets(), azure=azure, secret=secret_reader())
        work.interruption.ask()
        found = {facts.target.key: facts.link for facts in gather_here(work, quick=False, names=False)}
    assert found == dict.fromkeys((target.key for target in settings.targets()), INTERRUPTED)


def test_a_dask_cluster_gives_the_report_of_threads(configuration: Path) -> None:
    """Through the `concurrent.futures` face of a cluster that is running already."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, worker_dashboard_address=None
    ) as cluster:
        away = Engine(kind="dask", scheduler=cluster.scheduler_address)
        assert report(configuration, "dask", away) == report(configuration, "threads", THREADS)


def test_shards_cover_every_target_once(configuration: Path) -> None:
    """And a tenant's targets stay together, whether counted from 0 or from 1."""
    targets = config.load(configuration).targets()
    for numbers in (range(3), range(1, 4)):
        shares = [Engine(shard=(number, 3)).share(targets) for number in numbers]
        assert sorted(target.label for share in shares for target in share) == sorted(one.label for one in targets)
        tenants = [{target.tenant_id for target in share} for share in shares]
        assert all(not one & other for one in tenants for other in tenants if one is not other)


def test_no_secret_travels(configuration: Path) -> None:
    """What is sent to a worker names secrets and holds none."""
    settings = config.load(configuration)
    whole = Batch(settings=settings, targets=settings.targets(), quick=False, names=False)
    sent = b"".join(pickle.dumps(batch) for batch in split(whole, 2))
    assert b"DEMO_COHO_SECRET" in sent
    assert all(secret.encode() not in sent for secret in estates.demo_secrets().values())
    assert [target for batch in split(whole, 2) for target in batch.targets] == list(whole.targets)


class Flaky(Executor):
    """Loses every batch `failures` times before it is done."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.sent: list[Any] = []

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.sent.append(args[0])
        if self.sent.count(args[0]) <= self.failures:
            future.set_exception(ConnectionError("the worker is gone"))
        else:
            future.set_result(function(*args, **kwargs))
        return future


def double(batch: int) -> int:
    return batch * 2


def test_a_batch_lost_with_its_worker_is_done_again() -> None:
    """Each comes back exactly once."""
    executor = Flaky(failures=TRIES - 1)
    assert sorted(Batches(executor, 2).run(double, range(20))) == [2 * number for number in range(20)]
    with pytest.raises(ConnectionError):
        list(Batches(Flaky(failures=TRIES), 2).run(double, [1]))


def test_after_stop_no_batch_is_sent() -> None:
    """What is under way comes back."""
    executor = Flaky(failures=0)
    batches = Batches(executor, 1)
    found = []
    for result in batches.run(double, range(1000)):
        found.append(result)
        batches.stop()
    assert len(found) == len(executor.sent) < 20
