"""Configuration: a file (or the environment) to `settings.Settings`. Every refusal names file, line and key, and what
to do; none shows a value. Reads no secret, asks no network."""

from pal_agent.config.choice import choose
from pal_agent.config.environment import from_environment
from pal_agent.config.loading import load
from pal_agent.config.places import find
from pal_agent.config.schema import json_schema

__all__ = ["choose", "find", "from_environment", "json_schema", "load"]
