"""Onboard a file of hubs, with a bad row among them, and resume after the mistake is known."""

from pathlib import Path
from tempfile import TemporaryDirectory

from iotmi import fleet
from iotmi.emulator import Emulator

HUBS = """code,name,metadata.site
SN:FLEET0000001;UPC:036000291452,Hub 1,Elm Street
SN:FLEET0000002;UPC:036000291452,Hub 2,Elm Street
SN:FLEET0000003;UPC:036000291452,Hub 3,Oak Street
SN:FLEET0000003;UPC:036000291452,Hub 4,Oak Street
"""

with TemporaryDirectory() as folder, Emulator() as emulator:
    source, ledger = Path(folder, "hubs.csv"), Path(folder, "hubs.ledger")
    source.write_text(HUBS)
    job = fleet.Job(source, fleet.Onboard(role="CONTROLLER"), ledger=ledger)

    for problem in job.check().problems:
        print(problem)

    # The second hub meets an error of the service once.
    emulator.faults.succeed_next("CreateManagedThing")
    emulator.faults.fail("CreateManagedThing", "ConflictException")
    with emulator.client() as client:
        print(job.run(client).causes)
        print("rows to try again:", job.retry(cause="ConflictException"))
        print(job.run(client).done, "of", job.status().total, "done")
    for row in job.rows("failed"):
        print(row.number, row.cause)
