"""What the agent is measured against. Each runs as a process of its own, like the agent."""
