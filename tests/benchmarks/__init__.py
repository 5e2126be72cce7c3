"""Benchmarks: iotmi compared with other clients, and the overhead of its emulator."""
