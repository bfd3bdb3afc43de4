"""A fast stand-in for Azure, in a process of its own: canned answers by path, so that what is measured is the client."""
