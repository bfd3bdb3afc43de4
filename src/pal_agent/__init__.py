"""pal-agent: Partner Admin Links across all of a partner's Azure credentials."""

__version__ = "0.1.0"
