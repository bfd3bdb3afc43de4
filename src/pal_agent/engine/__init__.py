"""Where work runs. Threads live here and nowhere else."""


def nothing() -> None:
    """There is nothing to be done, or nobody to be told."""
