"""A connector in a process of its own: requests come over a pipe, one JSON text in a line.

    python -m tests.connector.worker FOLDER ADDRESS [hang]

FOLDER has the leases in SQLite, and ADDRESS is the emulator's. Prints ``ready``, the steps of the
function, and the code of each response. With ``hang`` the function does not return.
"""

import sys
from threading import Event, Thread

from iotmi import Client, RetryPolicy
from iotmi.capabilities import OnOff
from iotmi.connector import CommandResponse, Connector, SendCommand, SQLiteLeases


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(folder: str, address: str, *options: str) -> None:
    """Take requests until the pipe is closed."""
    client = Client(region_name="eu-west-1", endpoint_url=address, retry=RetryPolicy(seed=1))
    leases = SQLiteLeases(f"{folder}/leases.db", lease=1.0)
    app = Connector(client, leases, budget=0.5)

    @app.send_command
    def command(_: SendCommand) -> CommandResponse:
        say("working")
        if "hang" in options:
            Event().wait()
        say("finished")
        return CommandResponse([OnOff(on_off=True)])

    def respond(line: str) -> None:
        say(str(app.respond(line)["header"]["responseCode"]))

    say("ready")
    threads = []
    for line in sys.stdin:
        threads.append(Thread(target=respond, args=(line,)))
        threads[-1].start()
    # Once the main thread has ended, Python 3.12 and later start no thread for the others.
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
