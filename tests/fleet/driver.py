"""A job in a process of its own, to be killed or interrupted.

    python -m tests.fleet.driver SOURCE LEDGER ADDRESS

Prints a line when the run begins to make progress, and the summary at the end.
"""

import sys

from iotmi import Pacing, RetryPolicy, fleet
from tests.fleet.service import client_of


def main() -> int:
    """Run the job."""
    source, ledger, address = sys.argv[1:4]
    job = fleet.Job(source, fleet.Onboard(role="DEVICE"), ledger=ledger)
    told = False

    def progress(moment: fleet.Progress) -> None:
        nonlocal told
        if not told:
            told = True
            sys.stdout.write(f"running, {moment.done} done\n")
            sys.stdout.flush()

    # Two attempts, so that many outcomes stay unknown until the job settles them.
    retry = RetryPolicy(max_attempts=2, initial_backoff=0.01, quota=None)
    try:
        with client_of(address, retry=retry, pacing=Pacing(initial_rate=80.0)) as client:
            summary = job.run(client, progress=progress)
    except fleet.RunInterrupted as interrupted:
        sys.stdout.write(f"{interrupted}\n")
        return 130
    sys.stdout.write(f"{summary}\n")
    return summary.exit_code


if __name__ == "__main__":
    sys.exit(main())
