"""The file named, else config/pal-agent.yaml, else pal-agent.yaml, else what PAL_AGENT_CONFIG names."""

from pathlib import Path

import pytest

from pal_agent import config
from pal_agent.errors import ConfigurationError


def test_the_order(tmp_path, monkeypatch):
    """Each place counts only when those before it have nothing."""
    monkeypatch.chdir(tmp_path)
    named, elsewhere = tmp_path / "named.yaml", tmp_path / "elsewhere.yaml"
    environ = {"PAL_AGENT_CONFIG": str(elsewhere)}
    elsewhere.touch()
    assert config.find(None, environ) == elsewhere
    Path("pal-agent.yaml").touch()
    assert config.find(None, environ) == Path("pal-agent.yaml")
    Path("config").mkdir()
    Path("config/pal-agent.yaml").touch()
    assert config.find(None, environ) == Path("config/pal-agent.yaml")
    named.touch()
    assert config.find(named, environ) == named


def test_nothing_found_says_where_it_looked(tmp_path, monkeypatch):
    """And how to get one."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match=r"config/pal-agent.yaml or pal-agent.yaml(.|\n)*pal-agent init"):
        config.find(None, {})


def test_a_file_that_was_named_must_be_there(tmp_path, monkeypatch):
    """Another one is no stand-in for it."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match=r"x.yaml: no such file(.|\n)*PAL_AGENT_CONFIG"):
        config.find(None, {"PAL_AGENT_CONFIG": "x.yaml"})
    Path("pal-agent.yaml").touch()
    with pytest.raises(ConfigurationError, match=r"x.yaml: no such file(.|\n)*--config"):
        config.find(Path("x.yaml"), {})
    with pytest.raises(ConfigurationError, match="is a directory"):
        config.find(tmp_path, {})
