"""What a benchmark says: a ratio, what it was measured against, and what is promised."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """`value` must be at most `limit`, or at least where `at_least`; `unit` is "x" for a ratio."""

    name: str
    value: float
    limit: float
    against: str
    unit: str = "x"
    at_least: bool = False

    @property
    def held(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        verdict = "held" if self.held else "NOT HELD"
        return f"{self.name:<34}{self.value:>9.2f} {self.unit:<4}{sign} {self.limit:<8g}{verdict:<10}{self.against}"


def least(rounds: int, measured: Callable[[], float]) -> float:
    """The least of some rounds: whatever else runs here can only make a measurement larger."""
    return min(measured() for _ in range(rounds))
