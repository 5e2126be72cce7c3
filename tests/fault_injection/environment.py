"""A bad environment: the client survives each fault, or raises the error that names it.

    python -m tests.fault_injection.environment [--seed 7] [--only WORD]

The checks use real sockets on loopback. Servers close kept connections, cannot be reached or
cannot be trusted. Proxies refuse. Credentials expire during a run and are fetched again.
`test_wall_clock.py` covers a wall clock that is set.
"""

import argparse
import sys
import time

from tests.fault_injection import environment_credentials, environment_network

CHECKS = (*environment_network.CHECKS, *environment_credentials.CHECKS)


def main() -> int:
    """Run the checks, and return 1 if one fails."""
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
            result = check(given.seed)
        except AssertionError as error:
            result = f"FAILED: {error}"
            findings += 1
        sys.stdout.write(f"  {name} ({time.monotonic() - began:.1f} s): {result}\n")
        sys.stdout.flush()
    sys.stdout.write(f"  {findings} findings\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
