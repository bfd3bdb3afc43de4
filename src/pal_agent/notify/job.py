"""The page of the job that the agent runs in, where its reports can be found."""

from collections.abc import Mapping
from urllib.parse import quote


def job_page(environ: Mapping[str, str]) -> str | None:
    """By the variables that each platform documents; None elsewhere, and for anything that is not https."""
    found = _github(environ) or _azure_devops(environ) or environ.get("CI_JOB_URL")
    return found if found and found.startswith("https://") and found.isascii() and found.isprintable() else None


def _github(environ: Mapping[str, str]) -> str | None:
    parts = [environ.get(name) for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    return "{}/{}/actions/runs/{}".format(*parts) if all(parts) else None


def _azure_devops(environ: Mapping[str, str]) -> str | None:
    parts = [environ.get(name) for name in ("SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT", "BUILD_BUILDID")]
    if not all(parts):
        return None
    collection, project, build = (str(part) for part in parts)
    return f"{collection.rstrip('/')}/{quote(project)}/_build/results?buildId={quote(build)}"
