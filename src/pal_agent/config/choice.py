"""Which targets `--target` and `--tag` mean."""

import re
from collections.abc import Sequence
from fnmatch import translate

from pal_agent.errors import AgentError
from pal_agent.model import Target
from pal_agent.settings import Settings

SHOWN_AT_MOST = 20


def choose(settings: Settings, targets: Sequence[str] = (), tags: Sequence[str] = ()) -> tuple[Target, ...]:
    """The targets that match any of the globs, on `credential` or `credential@tenant` in any case, and all of the K=V
    tags; in report order. A glob that matches nothing, and a choice that leaves nothing, is an error."""
    everything = settings.targets()
    wanted = [_tag(text) for text in tags]
    named = _named(everything, targets) if targets else everything
    chosen = tuple(target for target in named if all(tag in target.tags for tag in wanted))
    if not chosen:
        raise AgentError("no target has every --tag given", mend=_existing_tags(everything))
    return chosen


def _tag(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise AgentError(f"--tag must be K=V, but is {text!a}", mend="Write --tag region=emea, for example.")
    return key, value


def _named(everything: tuple[Target, ...], globs: Sequence[str]) -> tuple[Target, ...]:
    labels = [(target.credential.lower(), target.label.lower()) for target in everything]
    chosen: set[int] = set()
    for glob in globs:
        matches = re.compile(translate(glob.lower())).match
        # A name may hold a bracket: what is spelled out in full always matches.
        found = {at for at, names in enumerate(labels) if glob.lower() in names or any(map(matches, names))}
        if not found:
            raise AgentError(f"--target {glob!a} matches nothing", mend=_existing(everything))
        chosen |= found
    return tuple(everything[at] for at in sorted(chosen))


def _existing(everything: tuple[Target, ...]) -> str:
    return "There are: " + _shortened([target.label for target in everything])


def _existing_tags(everything: tuple[Target, ...]) -> str:
    tags = sorted({f"{key}={value}" for target in everything for key, value in target.tags})
    return "There are: " + _shortened(tags) if tags else "No credential has tags."


def _shortened(words: list[str]) -> str:
    more = len(words) - SHOWN_AT_MOST
    return ", ".join(words[:SHOWN_AT_MOST]) + (f" and {more} more" if more > 0 else "")
