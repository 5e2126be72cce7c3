"""Random use of the service: the emulator compared with a reference model in plain dictionaries.

    python -m tests.stateful [--runs 2000] [--steps 30] [--seed 1]

Hypothesis draws the steps. Each runs through iotmi's client and the reference model, and both must
give the same result or error. A seed fixes the run.
"""

import argparse
import random
import sys
import time
from inspect import isfunction
from typing import Final

from botocore.config import Config
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from iotmi import Client, RetryPolicy
from iotmi.emulator import Emulator
from tests.stateful.comparison import Tally
from tests.stateful.rules import Day, FurnishedDay

RULES: Final = tuple(name for name, member in vars(Day).items() if isfunction(member))


def run_sequences(
    runs: int, *, steps: int = 30, begin: int | None = None, tally: Tally | None = None
) -> Tally:
    """Run that many sequences and print figures. Raise an error if the two accounts differ.

    Without a seed in *begin*, the sequences are the same each time.
    """
    counted = tally or Tally()
    with Emulator() as emulator:
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
        boto3_client = emulator.boto3_client(config=config)
    policy = RetryPolicy(seed=0, quota=None, sleep=lambda _seconds: None)
    client = Client(boto3_client=boto3_client, retry=policy)
    members = {"tally": counted, "boto3_client": boto3_client, "client": client}
    machine = type("Day", (FurnishedDay,), members)
    if begin is not None:
        machine = seed(begin)(machine)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=begin is None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
    return counted


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Random use, compared with a reference.")
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    begin = random.SystemRandom().randrange(2**32) if given.seed is None else given.seed
    say(f"seed {begin}")
    began = time.monotonic()
    tally = run_sequences(given.runs, steps=given.steps, begin=begin)
    say(f"{tally.runs} runs, {tally.steps} steps, {tally.compared} answers compared, no difference")
    refusals = ", ".join(f"{code} {times}" for code, times in tally.refusals.most_common())
    say(f"refused alike: {refusals}")
    say(f"{len(RULES)} rules: {', '.join(RULES)}")
    say(f"{time.monotonic() - began:.0f} s")


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
