"""Where work runs. Threads live here and nowhere else."""
