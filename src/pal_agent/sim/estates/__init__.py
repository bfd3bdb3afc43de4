"""The demo: an estate that shows what goes wrong in practice, and the configuration of a partner who works in it."""

from pathlib import Path

_HERE = Path(__file__).parent


def demo_estate_path() -> Path:
    return _HERE / "demo.yaml"


def demo_config_path() -> Path:
    return _HERE / "demo-config.yaml"


def demo_secrets() -> dict[str, str]:
    """The environment that the demo's configuration refers to. Simulated secrets: they open nothing real."""
    return {
        "DEMO_DELIVERY_SECRET": "simulated-delivery-secret",
        "DEMO_LUCERNE_SECRET": "simulated-lucerne-secret-of-last-year",
        "DEMO_WOODGROVE_SECRET": "simulated-woodgrove-secret-mistyped",
        "DEMO_COHO_SECRET": "simulated-coho-secret",
        "DEMO_LIGHTHOUSE_SECRET": "simulated-lighthouse-secret",
        "DEMO_HUMONGOUS_SECRET": "simulated-humongous-secret",
        "DEMO_NORTHWIND_SECRET": "simulated-northwind-secret",
        "DEMO_NORTHWIND_BACKUP_SECRET": "simulated-northwind-backup-secret",
    }
