"""Writes what the README shows of the demo: its output, and pictures of the terminal and of the page.

`make docs` runs it. The text is compared with the demo by a test; the pictures need Debian's chromium.
"""

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PICTURES = ROOT / "docs" / "pictures"
BEGIN, END = "<!-- demo: `make docs` writes it -->\n```text\n", "```\n<!-- /demo -->"


def demo_output() -> str:
    """Everything the demo prints, as a pipe would see it."""
    command = [sys.executable, "-m", "pal_agent", "demo"]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, capture_output=True, env=environment, check=True, stdin=subprocess.DEVNULL)
    return done.stdout.decode()


def excerpt(output: str) -> str:
    """Of each check the verdict, the rest whole. No run's own name or time."""
    chapters = re.split(r"^(?==== )", output, flags=re.MULTILINE)[1:]
    return "\n".join(_told(chapter) for chapter in chapters).rstrip() + "\n"


def _told(chapter: str) -> str:
    head, said, rest = chapter.split("\n", 2)
    parts = rest.strip().split("\n\n")
    if "check" in head:
        verdict = [line for line in parts[0].splitlines() if not line.startswith("check · ")]
        parts = ["\n".join([*verdict, "[...]", parts[-1].splitlines()[-1]])]
    return "\n".join([head, said, "", "\n\n".join(parts), ""])


def shown(readme: str) -> str:
    """What the README shows now."""
    return readme.split(BEGIN)[1].split(END, maxsplit=1)[0]


def write_text() -> None:
    readme = README.read_text(encoding="utf-8")
    before, after = readme.split(BEGIN)[0], readme.split(END)[1]
    README.write_text(f"{before}{BEGIN}{excerpt(demo_output())}{END}{after}", encoding="utf-8")


def write_pictures() -> None:
    from pal_agent.cli import check, demo
    from pal_agent.cli.words import Words

    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        demo.furnish(directory, for_later=False)
        azure = demo.simulated()
        page = directory / "page.html"
        config = Words(config=directory / "pal-agent.yaml")
        with contextlib.redirect_stdout(io.StringIO()):
            check.carry_out(config, (f"html={page}", f"table={directory / 'table.txt'}"), adapter=azure)
        _picture_of_terminal((directory / "table.txt").read_text(encoding="utf-8"))
        _picture_of_page(page)


def _picture_of_terminal(table: str) -> None:
    lines = table.splitlines()[:34]
    console = Console(record=True, width=100, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ pal-agent check", style="bold"))
    for line in lines:
        console.print(Text(line[:100], style=_style(line)), soft_wrap=True)
    console.save_svg(str(PICTURES / "terminal.svg"), title="pal-agent check")


def _style(line: str) -> str:
    styles = {"error": "bold red", "warning": "yellow", "    > ": "cyan", "? ": "bold magenta", "check ": "dim"}
    return next((style for start, style in styles.items() if line.startswith(start)), "")


def _picture_of_page(page: Path) -> None:
    browser = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                *browser,
                "--disable-background-networking",
                f"--user-data-dir={profile}",
                "--window-size=1280,1250",
                f"--screenshot={PICTURES / 'page.png'}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
        )


if __name__ == "__main__":
    write_text()
    write_pictures()
