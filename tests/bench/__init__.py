"""Measuring and fault tools: each runs the real site as a process of its own."""
