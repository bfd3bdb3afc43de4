"""The honest baseline: one target after the other. `python -m bench.scripts.sequential URL CA ESTATE TARGETS`."""

import sys

from bench.scripts.sdk import read


def main(url: str, ca: str, _: str, targets: str) -> None:
    for target in range(int(targets)):
        read(url, ca, target)


if __name__ == "__main__":
    main(*sys.argv[1:])
