"""`python -m fuzz TARGET [libFuzzer options]`."""

import os
import sys
from importlib import import_module
from pathlib import Path

import atheris

SEEDS = Path(__file__).parent / "seeds"
FOUND = Path(__file__).parent.parent / ".fuzz"


def main() -> None:
    name, *options = sys.argv[1:]
    with atheris.instrument_imports(include=["pal_agent"]):
        target = import_module(f"fuzz.{name}")
    corpus = FOUND / name
    corpus.mkdir(parents=True, exist_ok=True)
    places = [str(corpus), *(str(SEEDS / name) for _ in [0] if (SEEDS / name).is_dir())]
    artifacts = f"-artifact_prefix={corpus}{os.sep}"
    atheris.Setup([sys.argv[0], "-timeout=10", "-rss_limit_mb=2048", artifacts, *options, *places], target.one)
    atheris.Fuzz()


main()
