"""The parts of the HTML page: its template, style and scripts, and what is computed for them."""
