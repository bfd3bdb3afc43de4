"""Recorded runs: the store of the run in progress, the history of finished ones, and run files (`json` reports)."""

from pal_agent.history.ledger import History, Previous, RecordedHeader, Write
from pal_agent.history.store import RunStore
from pal_agent.history.stored import RecordedRun, Sightings

__all__ = ["History", "Previous", "RecordedHeader", "RecordedRun", "RunStore", "Sightings", "Write"]
