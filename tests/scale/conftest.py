"""The stages are those of the faults."""

from tests.faults.conftest import set_up, set_up_server

__all__ = ["set_up", "set_up_server"]
