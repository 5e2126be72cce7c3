"""Tests of the console, the emulator's page in a browser."""
