"""What all tests share: no test may be skipped where everything it needs is installed."""

import os

import hypothesis
import pytest

# A busy machine is no reason for a law to fail; nothing here is timed.
SLOW = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile("unhurried", deadline=None, suppress_health_check=SLOW)
hypothesis.settings.load_profile("unhurried")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With PAL_AGENT_NO_SKIPS, as in CI, a skipped test fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("PAL_AGENT_NO_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("Tests were skipped, and PAL_AGENT_NO_SKIPS is set.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
