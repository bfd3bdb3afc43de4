"""Closed pipes, missing homes, odd locales: the real command in a process of its own."""

import json
import subprocess

from tests.story.conftest import Opened
from tests.story.orderly import OTHERS, OURS, Orderly

CONTROL = {chr(code) for code in (*range(32), 127, *range(128, 160))} - {"\n"}


def test_without_a_home_and_in_an_odd_locale(opened: Opened) -> None:
    """A report as ever: no colour, no control code, no traceback, and the exit code of the run."""
    stage = opened(Orderly(links=(OURS, None, OTHERS)))
    bare = {"HOME": None, "LANG": "C", "LC_ALL": "C", "COLUMNS": "20", "NO_COLOR": "1", "TERM": "xterm-256color"}
    ended = stage.run("check", environment=bare)
    assert ended.code == 1, ended.err
    assert "link-missing" in ended.out
    assert not CONTROL & set(ended.out + ended.err)
    assert "Traceback" not in ended.err


def test_a_reader_that_goes_away(opened: Opened) -> None:
    """As `| head -0` does: what was asked for is done, recorded and told by the exit code, without complaint."""
    stage = opened(Orderly(links=(None,) * 3))
    for words, code in ((("check",), 1), (("apply", "--yes"), 0), (("check", "-o", "html"), 0), (("history",), 0)):
        with stage.start(*words) as process:
            assert process.stdout is not None
            process.stdout.close()
            assert process.stderr is not None
            complaint = process.stderr.read()
        assert (process.returncode, "Traceback" in complaint, "BrokenPipe" in complaint) == (code, False, False)
    assert len(stage.azure.links()) == 3
    recorded = json.loads(stage.run("history", "-o", "json").out)
    assert len(recorded["runs"] if isinstance(recorded, dict) else recorded) == 3


def test_closed_before_it_started(opened: Opened) -> None:
    """`>&-`: the run is done all the same."""
    stage = opened(Orderly(links=(None,)))
    command = 'exec 1>&-; exec "$0" -m pal_agent apply --yes'
    with stage.start("--version", stdout=subprocess.DEVNULL) as process:
        python = process.args[0]  # type: ignore[index]
        process.wait()
    ended = subprocess.run(
        ["/bin/sh", "-c", command, python],
        cwd=stage.folder,
        env=stage.environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(stage.azure.links()) == 1
