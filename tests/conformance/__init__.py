"""The library held against botocore's own model of the service, member by member.

From below: `service` reads botocore's model, `library` our declarations; `ledger` says where they
differ on purpose; `walk` goes through both and says every other difference, with the line of
Python that would end it (`writing`). `python -m tests.conformance` prints them.

For the proofs that run: `texts` and `generate` make values from botocore's model, `pairing` turns
them into ours, `limits` enumerates what the model limits, `wire` catches what a client sends.
"""
