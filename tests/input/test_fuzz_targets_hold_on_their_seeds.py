"""What the fuzzer found stays found, and the targets don't rot: each holds on its seeds and on changed ones."""

from importlib import import_module
from pathlib import Path
from random import Random

import pytest

FUZZ = Path(__file__).parent.parent.parent / "fuzz"
TARGETS = sorted(path.stem for path in FUZZ.glob("*.py") if not path.stem.startswith("_"))


def test_there_are_targets_and_each_has_seeds() -> None:
    """Configuration, CSV, wire bodies, names, and saved plans."""
    assert TARGETS == ["answers", "configuration", "customers", "names", "plan_file"]
    assert all(list((FUZZ / "seeds" / name).iterdir()) for name in TARGETS)


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_holds_on_its_seeds(name: str) -> None:
    """As they are, cut short, and with bytes replaced; `make fuzz` does the same with more patience."""
    one = import_module(f"fuzz.{name}").one
    random = Random(4)
    for seed in sorted((FUZZ / "seeds" / name).iterdir()):
        content = seed.read_bytes()
        one(content)
        one(content[: len(content) // 2])
        for _ in range(5):
            one(changed(content, random))


def changed(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content) or 1)
    return content[:at] + random.randbytes(random.randint(0, 4)) + content[at + random.randint(0, 4) :]
