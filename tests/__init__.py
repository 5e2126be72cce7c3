"""Tests with real parts: boto3, the emulator, servers on loopback."""
