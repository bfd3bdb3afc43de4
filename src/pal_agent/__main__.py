"""`python -m pal_agent`."""

from pal_agent.cli import main

main()
