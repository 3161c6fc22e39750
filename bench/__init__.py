"""Measurements of what the product costs. Each part prints rows of one table; none is a test."""
