"""A batch of targets and what is to be asked of them: all that travels to another process or machine.

It holds references to secrets, never a secret: those are read where the work is done.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pal_agent import codec
from pal_agent.access import azure_for, secret_reader
from pal_agent.engine.batches import is_stopped
from pal_agent.model import Target, TargetFacts
from pal_agent.settings import Settings

SMALLEST, LARGEST = 5, 250


@dataclass(frozen=True, kw_only=True)
class Batch:
    settings: Settings
    targets: tuple[Target, ...]
    quick: bool
    names: bool


def split(batch: Batch, workers: int) -> list[Batch]:
    """Batches small enough to keep all workers busy to the end, each with just its own credentials."""
    size = max(SMALLEST, min(LARGEST, len(batch.targets) // (workers * 2)))
    jobs = max(1, batch.settings.jobs // workers)
    parts = (batch.targets[start : start + size] for start in range(0, len(batch.targets), size))
    return [replace(batch, targets=part, settings=_narrowed(batch.settings, part, jobs)) for part in parts]


def _narrowed(settings: Settings, targets: Sequence[Target], jobs: int) -> Settings:
    wanted = {target.credential for target in targets}
    credentials = tuple(one for one in settings.credentials if one.name in wanted)
    return replace(settings, credentials=credentials, jobs=jobs)


def gather_batch(batch: Batch) -> list[bytes]:
    """The facts of each target, in JSON. Runs on the worker; told to stop, it starts on no further target."""
    from pal_agent.work import Work, gather_here

    found: list[bytes] = []
    with azure_for(batch.settings) as azure:
        work = Work(settings=batch.settings, targets=batch.targets, azure=azure, secret=secret_reader())
        if is_stopped():
            work.interruption.ask()
        for facts in gather_here(work, quick=batch.quick, names=batch.names):
            found.append(codec.dumps(facts))
            if is_stopped():
                work.interruption.ask()
    return found


def facts_in(result: list[bytes]) -> list[TargetFacts]:
    return [codec.loads(TargetFacts, facts) for facts in result]
