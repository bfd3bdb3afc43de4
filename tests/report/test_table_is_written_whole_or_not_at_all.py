"""S05, S07, X08: where a report goes, nothing else is harmed, and half a report never stands."""

import io
import os
import resource
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pal_agent.errors import AgentError
from pal_agent.report import Options, formats, load
from pal_agent.report.writing import Output, outputs, write, write_all
from tests.report.example_run import example_run
from tests.report.hostile_run import hostile_run

OPTIONS = Options(now=datetime(2026, 11, 4, tzinfo=UTC))


def to_file(path: Path, run=example_run) -> None:
    write(run(), Output(format="json", path=path), OPTIONS, None)


def test_a_report_replaces_the_earlier_one(tmp_path) -> None:
    """Whole, with the permissions that it had, and nothing beside it."""
    path = tmp_path / "r.json"
    path.write_text("old")
    path.chmod(0o640)
    to_file(path)
    assert path.read_text().startswith('{"schema_version"')
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [file.name for file in tmp_path.iterdir()] == ["r.json"]


def test_a_link_is_replaced_not_followed(tmp_path) -> None:
    """What it points to is somebody else's."""
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "r.json").symlink_to("precious")
    to_file(tmp_path / "r.json")
    assert (tmp_path / "precious").read_text() == "mine"
    assert not (tmp_path / "r.json").is_symlink()
    assert (tmp_path / "r.json").read_text().startswith("{")


def test_a_device_is_written_to_as_it_is(tmp_path) -> None:
    """`-o json=/dev/null` does not replace the device."""
    to_file(Path(os.devnull))
    assert not Path(os.devnull).is_file()


def test_a_full_disk_leaves_the_earlier_report(tmp_path) -> None:
    """A limit on file size stands in for it. The message is clear, no temporary file stays."""
    path = tmp_path / "r.json"
    path.write_text("old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(AgentError, match="can't be written"):
            to_file(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["r.json"]


def test_a_full_device_is_said() -> None:
    """No traceback."""
    with pytest.raises(AgentError, match="No space left"):
        to_file(Path("/dev/full"))


def test_a_fault_while_rendering_leaves_the_earlier_report(tmp_path) -> None:
    """Whatever ends it, a bug or an interrupt."""
    path = tmp_path / "r.json"
    path.write_text("old")

    def broken():
        raise KeyboardInterrupt

    from dataclasses import replace

    with pytest.raises(KeyboardInterrupt):
        to_file(path, lambda: replace(example_run(), make_findings=broken))
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["r.json"]


@pytest.mark.parametrize("name", ["missing/r.json", ".", "file/r.json", "x" * 300])
def test_an_impossible_path_is_refused(tmp_path, name) -> None:
    """In a person's words; nothing is made."""
    (tmp_path / "file").touch()
    with pytest.raises(AgentError):
        to_file(tmp_path / name)
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["json="],
        ["json", "table"],
        ["json=/nowhere/at/all/r.json"],
        ["json=/"],
        ["../clean"],
        ["clean"],
        ["_answer"],
        [""],
    ],
)
def test_what_could_not_be_written_is_refused_beforehand(words) -> None:
    """Before anything is sent to Azure."""
    with pytest.raises(AgentError):
        outputs(words)


def test_outputs_are_understood(tmp_path) -> None:
    """FORMAT or FORMAT=PATH; the path may hold `=`; without any, the table."""
    assert outputs([]) == (Output(format="table"),)
    assert outputs(["json"]) == (Output(format="json"),)
    path = tmp_path / "a=b.json"
    assert outputs(["table", f"json={path}"]) == (Output(format="table"), Output(format="json", path=path))


def test_the_result_is_printed_when_its_file_cannot_be_written(tmp_path) -> None:
    """The other outputs are written all the same."""
    stdout = io.StringIO()
    wanted = (Output(format="json", path=tmp_path), Output(format="json", path=tmp_path / "r.json"))
    (failure,) = write_all(example_run(), wanted, OPTIONS, stdout)
    assert failure.where == str(tmp_path)
    assert (tmp_path / "r.json").exists()
    assert "link-missing" in stdout.getvalue()


def test_stdout_gets_only_what_was_asked_of_it(tmp_path) -> None:
    """Nothing, when all went to files."""
    stdout = io.StringIO()
    assert write_all(example_run(), (Output(format="json", path=tmp_path / "r.json"),), OPTIONS, stdout) == ()
    assert stdout.getvalue() == ""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_an_odd_locale_loses_no_report(encoding) -> None:
    """What it cannot spell is escaped."""
    stdout = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    write(hostile_run(), Output(format="table"), OPTIONS, stdout)


def test_a_stdout_closed_beforehand_is_no_fault() -> None:
    """`pal-agent report >&-`."""
    write(example_run(), Output(format="table"), OPTIONS, None)


GONE = """
import os, sys
from datetime import UTC, datetime
from pal_agent.report import Options
from pal_agent.report.writing import Output, write
from tests.report.example_run import example_run

write(example_run(), Output(format="json"), Options(now=datetime(2026, 11, 4, tzinfo=UTC)), sys.stdout)
sys.exit(3)
"""


def test_a_reader_that_has_gone_ends_the_writing_in_silence() -> None:
    """`| head`: no traceback, and the exit code stands."""
    ours, theirs = os.pipe()
    os.close(ours)
    root = Path(__file__).parent.parent.parent
    ended = subprocess.run([sys.executable, "-c", GONE], stdout=theirs, stderr=subprocess.PIPE, cwd=root, check=False)
    os.close(theirs)
    assert (ended.returncode, ended.stderr) == (3, b"")


@pytest.mark.parametrize("name", formats())
def test_each_file_of_the_folder_is_a_format(name) -> None:
    """A new one is tested before its author writes a test: it renders the hostile run, in pieces."""
    found = load(name)
    kind = bytes if found.BINARY else str
    assert found.SUFFIX.startswith(".")
    pieces = list(found.render(hostile_run(), OPTIONS))
    assert pieces
    assert all(isinstance(piece, kind) for piece in pieces)
