"""Whatever a file holds, it is a ConfigurationError within a second, not a traceback, a long wait or a full memory."""

import pytest

from pal_agent import config
from pal_agent.errors import ConfigurationError

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
CASES = {
    "empty": (b"", ":1: is empty"),
    "only comments": (b"# nothing\n\n", "is empty"),
    "alias bomb": (BOMB.encode(), ":1: a: anchors and aliases"),
    "alias": (b"version: *x\n", ":1: version: anchors and aliases"),
    "merge key": (b"version: 1\n<<: {partner: {id: '5127255'}}\n", ":2: (a key): unknown key"),
    "python tag": (b"version: 1\npartner: !!python/object/apply:os.system ['true']\n", ":2: partner: YAML tags (!)"),
    "harmless tag": (b"version: !!int 1\n", ":1: version: YAML tags (!)"),
    "tag on a key": (b"!!str version: 1\n", ":1: YAML tags (!)"),
    "directive": (b"%YAML 1.1\n---\nversion: 1\n", "has a % directive"),
    "tag directive": (b"%TAG ! tag:example.com,2000:\n---\nversion: 1\n", "has a % directive"),
    "two documents": (b"version: 1\n---\nversion: 1\n", ":2: holds a second YAML document"),
    "list as a key": (b"? [a]\n: b\n", "a key must be a word"),
    "byte order mark": (b"\xef\xbb\xbfversion: 1\n", ":1: starts with a byte order mark"),
    "UTF-16": ("version: 1\n".encode("utf-16"), ":1: is not UTF-8"),
    "UTF-16 without a mark": ("version: 1\n".encode("utf-16-le"), ":1: is not UTF-8"),
    "UTF-32": ("version: 1\n".encode("utf-32"), ":1: is not UTF-8"),
    "Latin-1": ("version: 1\nä: 1\n".encode("latin-1"), ":2: is not valid UTF-8"),
    "NUL": (b"version: 1\nname: a\x00b\n", ":2: has a control"),
    "escape sequence": (b"version: 1\n\nname: \x1b[2J\n", ":3: has a control"),
    "C1": ("version: 1\nname: \x9b2J\n".encode(), ":2: has a control"),
    "text that runs backwards": ("version: 1 # \u202e\n".encode(), ":1: has a control or invisible"),
    "control character spelled out": (b'version: "\\x1b[2J"\n', ":1: version: has a control"),
    "control character spelled out in a key": (b'"\\e[2J": 1\n', ":1: has a control"),
    "lone surrogate spelled out": (b'version: "\\ud800"\n', ":1: "),
    "character beyond the last": (b'version: "\\UFFFFFFFF"\n', ":1: "),
    "deep flow": (b"version: " + b"[" * 200_000, "is nested too deeply"),
    "deep blocks": (b"- " * 100_000, "is nested too deeply"),
    "deep mappings": ("".join(f"{' ' * depth}a:\n" for depth in range(200)).encode(), "is nested too deeply"),
    "number of 5,000 digits": (b"version: " + b"9" * 5000, ":1: version: must be a whole number"),
    "percent signs": (b"%" * 10_000, "is not valid YAML"),
    "a key of a megabyte": (b"a" * 1_000_000 + b": 1\n", ":1: "),
    "quotes not closed": (b'version: "' + b"x\n" * 10_000, "is not valid YAML"),
}


@pytest.mark.timeout(20)  # without tracing and on an idle machine none takes a second
@pytest.mark.parametrize(("content", "message"), CASES.values(), ids=CASES)
def test_hostile(written, content, message):
    """Told with the line where there is one."""
    file = written(content)
    with pytest.raises(ConfigurationError) as caught:
        config.load(file)
    assert str(caught.value).startswith(str(file))
    assert message in str(caught.value)
    assert len(str(caught.value)) < 2000


def test_two_hundred_megabytes_are_not_read(tmp_path):
    """A file that large is refused after its first few megabytes."""
    file = tmp_path / "large.yaml"
    with file.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    with pytest.raises(ConfigurationError, match="larger than 8 MiB"):
        config.load(file)


def test_what_cannot_be_read_is_told(tmp_path):
    """A folder, and a name no file can have."""
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        config.load(tmp_path)
    with pytest.raises(ConfigurationError, match="cannot be read: not a usable path"):
        config.load(tmp_path / "a\0b")
