"""Measurements, each a command: iotmi beside other clients, and what its emulator costs."""
