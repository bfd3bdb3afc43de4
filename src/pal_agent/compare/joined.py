"""Two sorted walks side by side, holding one element of each."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Element = TypeVar("Element")


def joined(
    before: Iterable[Element], after: Iterable[Element], key: Callable[[Element], tuple[str, ...]]
) -> Iterator[tuple[Element | None, Element | None]]:
    """Pairs elements of equal key, each with None where it has no partner. Both must be sorted by `key`, without
    duplicates."""
    olds, news = iter(before), iter(after)
    old, new = next(olds, None), next(news, None)
    while old is not None or new is not None:
        here = min(key(one) for one in (old, new) if one is not None)
        left = old if old is not None and key(old) == here else None
        right = new if new is not None and key(new) == here else None
        yield left, right
        old = next(olds, None) if left is not None else old
        new = next(news, None) if right is not None else new
