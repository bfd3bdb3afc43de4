"""Scope trees, rendered: one file a format, each with `render(trees, options)`, which holds one tree at a time."""
