"""The tests. Real parts only: boto3 itself, the emulator, a server on loopback."""
