"""Measurements, each a command: ``python -m tests.benchmarks.<name>`` prints its figures."""
