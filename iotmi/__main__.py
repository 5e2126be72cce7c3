"""`python -m iotmi` is the same as `iotmi`."""

from iotmi.cli import main

if __name__ == "__main__":
    main()
