"""How much memory a report takes while it is consumed and thrown away."""

import tracemalloc
from collections.abc import Iterator


def peak(chunks: Iterator[str] | Iterator[bytes]) -> int:
    tracemalloc.start()
    try:
        for _ in chunks:
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
