"""A fast stand-in for Azure, in its own process: canned answers by path, so that what is measured is the client."""
