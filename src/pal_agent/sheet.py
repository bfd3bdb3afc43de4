"""Text for a reader's screen: of its width, coloured or not. Markup, emoji codes and links in what it shows mean
nothing; still, pass names through `report.clean` first."""

from io import StringIO

from rich.box import ASCII2, SIMPLE_HEAD, Box
from rich.console import Console, RenderableType
from rich.text import Text

from pal_agent.report import Options

_PLAIN = str.maketrans(
    {"…": "...", "·": "-", "–": "-", "’": "'", "├": "|", "└": "`", "│": "|", "─": "-", "✓": "+", "✗": "x"}
)


class OneLine(Text):
    """Never broken by us: a command, to be copied."""


class Sheet:
    """Renders a part at a time; no line ends in blanks."""

    def __init__(self, options: Options) -> None:
        self.width, self._unicode = max(options.width, 20), options.unicode
        self.box: Box = SIMPLE_HEAD if options.unicode else ASCII2
        self._sheet = StringIO()
        self._console = Console(
            file=self._sheet,
            width=self.width,
            force_terminal=options.colour,
            color_system="standard" if options.colour else None,
            no_color=not options.colour,
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
            _environ={},
        )

    def shown(self, *parts: RenderableType) -> str:
        for part in parts:
            self._console.print(part, soft_wrap=isinstance(part, OneLine))
        text = self._sheet.getvalue()
        self._sheet.seek(0)
        self._sheet.truncate()
        trimmed = "\n".join(line.rstrip(" ") for line in text.split("\n"))
        return trimmed if self._unicode else trimmed.translate(_PLAIN)
