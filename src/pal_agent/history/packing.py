"""Results and facts as rows keep them: the codec's JSON, compressed.

The groups of a subscription mostly share their tiers and what earns them, so each combination is kept once.
"""

import zlib
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from pal_agent import codec
from pal_agent.model import GroupResult, Source, SubscriptionResult, Tiers

Value = TypeVar("Value")
_FAST = 1  # zlib's level: twice the speed of the default for a tenth more bytes
# Left to itself, zlib takes 256 KiB for each record, which glibc gives back and takes again: the page faults cost six
# times what compressing does. These make it 32 KiB. Records are some hundred bytes long, and come out no longer.
_WINDOW_BITS, _MEMORY_LEVEL = 12, 5


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kind:
    tiers: Tiers
    by: tuple[Source, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Packed:
    """A subscription without groups; these are in `names`, and in `places` the number of the kind of each."""

    alone: SubscriptionResult
    kinds: tuple[_Kind, ...] = ()
    names: tuple[str, ...] = ()
    places: tuple[int, ...] = ()


def pack(value: object) -> bytes:
    plain = _packed(value) if isinstance(value, SubscriptionResult) else value
    compressor = zlib.compressobj(_FAST, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL)
    return compressor.compress(codec.dumps(plain)) + compressor.flush()


def unpack(kind: type[Value], body: bytes) -> Value:
    """`CodecError` when the body is damaged."""
    try:
        text = zlib.decompress(body)
    except zlib.error as error:
        raise codec.CodecError(f"damaged record: {error}") from error
    if kind is SubscriptionResult:
        return cast("Value", _unpacked(codec.loads(_Packed, text)))
    return codec.loads(kind, text)


def _packed(result: SubscriptionResult) -> _Packed:
    kinds: dict[tuple[Tiers, tuple[Source, ...]], int] = {}
    places = tuple([kinds.setdefault((group.tiers, group.by), len(kinds)) for group in result.resource_groups])
    return _Packed(
        alone=replace(result, resource_groups=()),
        kinds=tuple(_Kind(tiers=tiers, by=by) for tiers, by in kinds),
        names=tuple([group.name for group in result.resource_groups]),
        places=places,
    )


def _unpacked(packed: _Packed) -> SubscriptionResult:
    try:
        kinds = [packed.kinds[place] for place in packed.places]
        groups = [
            GroupResult(name=name, tiers=kind.tiers, by=kind.by) for name, kind in zip(packed.names, kinds, strict=True)
        ]
    except (IndexError, ValueError) as error:
        raise codec.CodecError(f"damaged record: {error}") from error
    return replace(packed.alone, resource_groups=tuple(groups))
