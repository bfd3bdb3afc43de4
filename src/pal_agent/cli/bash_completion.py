"""Completion in bash of values with spaces in them, which click leaves in pieces."""

from click.shell_completion import BashComplete, CompletionItem, add_completion_class


class Bash(BashComplete):
    """Spaces come out as one would type them. Click's script takes one level of backslashes away."""

    def format_completion(self, item: CompletionItem[str]) -> str:
        return super().format_completion(item).replace(" ", "\\\\ ")


def install() -> None:
    add_completion_class(Bash)
