"""What the world around a client does to it: each thing is named by the right error, or ridden out.

    python -m tests.fault_injection.environment [--seed 7] [--only WORD]

Real parts on loopback: servers that close connections that are kept, that cannot be reached, or
are not to be trusted; proxies that refuse; a wall clock that is set back and forth in the middle of
a run; credentials that expire in the middle of one, and are fetched anew.
"""

import argparse
import sys
import time

from tests.fault_injection import (
    environment_clock as surroundings_clock,
    environment_credentials as surroundings_credentials,
    environment_network as surroundings_network,
)

CHECKS = (
    *surroundings_network.CHECKS,
    *surroundings_clock.CHECKS,
    *surroundings_credentials.CHECKS,
)


def main() -> int:
    """Make all checks; 1 where something does not hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", default="", help="checks with this in their name")
    given = parser.parse_args()
    sys.stdout.write(f"seed {given.seed}\n")
    findings = 0
    for check in CHECKS:
        name = check.__name__.replace("_", " ")
        if given.only not in name:
            continue
        began = time.monotonic()
        try:
            told = check(given.seed)
        except AssertionError as error:
            told = f"DOES NOT HOLD: {error}"
            findings += 1
        sys.stdout.write(f"  {name} ({time.monotonic() - began:.1f} s): {told}\n")
        sys.stdout.flush()
    sys.stdout.write(f"  {findings} findings\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
