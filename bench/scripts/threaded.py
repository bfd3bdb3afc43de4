"""The same in threads, as a plain script would: `python -m bench.scripts.threaded URL CA ESTATE TARGETS JOBS`."""

import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from bench.scripts.sdk import read


def main(url: str, ca: str, _: str, targets: str, jobs: str) -> None:
    with ThreadPoolExecutor(int(jobs)) as pool:
        for _done in pool.map(partial(read, url, ca), range(int(targets))):
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
