"""`python -m bench [NAME...] [--full]`: without names all, one line a figure. Exits with 1 when one did not hold."""

import argparse
import pkgutil
import sys
from importlib import import_module

from bench import benchmarks


def main() -> int:
    known = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    parser = argparse.ArgumentParser(prog="python -m bench", description="Ratios, each measured in this very run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known), default=known)
    parser.add_argument("--full", action="store_true", help="the long form: minutes rather than seconds")
    wanted = parser.parse_args()
    unknown = set(wanted.names) - set(known)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    held = True
    for name in wanted.names:
        for figure in import_module(f"bench.benchmarks.{name}").figures(wanted.full):
            print(figure, flush=True)
            held &= figure.held
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
