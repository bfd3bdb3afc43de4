"""Makes text that Azure supplied visible and harmless, whatever it is shown on.

Display names may hold terminal escapes, NUL, bidi overrides, lone surrogates, newlines, workflow commands, or be
64 KiB long. Every format but `json` passes what it shows through `clean`, and then escapes for itself (HTML, XML,
Markdown, formulas) what remains.
"""

import re
from unicodedata import category

NAME = 1000  # characters; Azure's own limits for names and scopes are well below
SENTENCE = 4000  # for messages and commands, which quote names

# Printable for Python, invisible to a reader: fillers, joiners and selectors that are letters or marks by category.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800")
# What a CI log would take for a command: `::name` (GitHub), `##[name]` and `##vso[name]` (Azure DevOps).
_COMMAND = re.compile(r":(?=:)|#(?=#)")


def clean(text: str, *, limit: int = NAME) -> str:
    r"""`text` with every control, format, unassigned or lone surrogate character written out (`\x1b`, `\u202e`),
    unusual spaces as plain ones, workflow commands broken by a space, and cut at `limit` characters.

    Always encodable as UTF-8, always one line, always valid as XML text once escaped. Cleaning twice changes nothing.
    """
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    if not shown.isprintable() or not (shown.isascii() or _INVISIBLE.isdisjoint(shown)):
        shown = "".join(map(_visible, shown))
    shown = _COMMAND.sub(r"\g<0> ", shown) if "::" in shown or "##" in shown else shown
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _visible(character: str) -> str:
    if character.isprintable() and character not in _INVISIBLE:
        return character
    if category(character) == "Zs":
        return " "
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
