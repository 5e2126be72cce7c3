"""The library compared with botocore's own model of the service, member by member.

`service` reads botocore's model and `library` reads our declarations. `ledger` lists the deliberate
differences. `walk` compares both and reports every other difference, with the line of Python that
would end it (`writing`). `python -m tests.conformance` prints them.

`texts` and `generate` make values from botocore's model. `pairing` turns them into ours. `limits`
lists the limits of the model. `wire` captures the requests that a client sends.
"""
