"""Nothing but the calls: `requests` in as many threads, every call of a run, answers read and thrown away.

`python -m bench.scripts.bare URL CA ESTATE JOBS full|quick`. One session for each thread, as requests advises.
"""

import json
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import requests

from bench.azure.estate import Call, Estate, calls


def main(url: str, ca: str, estate_text: str, jobs: str, kind: str) -> None:
    estate = Estate(**json.loads(estate_text))
    wanted = (call for target in range(estate.targets) for call in calls(estate, target, quick=kind == "quick"))
    with ThreadPoolExecutor(int(jobs)) as pool:
        shared = _Shared(wanted)
        for done in [pool.submit(_send_all, url, ca, shared) for _ in range(int(jobs))]:
            done.result()


class _Shared:
    """Calls handed to whichever thread comes, some at a time."""

    def __init__(self, wanted: Iterator[Call]) -> None:
        self._wanted = wanted
        self._lock = threading.Lock()

    def some(self) -> list[Call]:
        with self._lock:
            return list(islice(self._wanted, 8))


def _send_all(url: str, ca: str, shared: _Shared) -> None:
    session = requests.Session()
    session.trust_env = False
    session.verify = ca
    while batch := shared.some():
        for call in batch:
            headers = {"Authorization": f"Bearer {call.token}"} if call.token else {}
            if call.form:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            session.request(call.method, url + call.path, headers=headers, data=call.form).raise_for_status()


if __name__ == "__main__":
    main(*sys.argv[1:])
