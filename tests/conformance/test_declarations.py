"""Our declarations equal the service's model, except for the differences in the ledger."""

import ast
import gzip
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import attrs
import pytest
from attrs import field

import iotmi
from iotmi._schema import traits as constraints
from iotmi._schema.schema import schema_of, shape_of
from tests.conformance import __main__ as program
from tests.conformance.ledger import DEVIATIONS, NEVER_REPEATED, Deviation, promised
from tests.conformance.library import Library, answer_model, wire_case_of
from tests.conformance.pairing import model_in
from tests.conformance.service import SERVICE, Property, Service, Shape
from tests.conformance.walk import walk
from tests.conformance.writing import member_line, squashed


def test_the_declarations_and_the_model_agree(theirs: Service, ours: Library) -> None:
    """Every difference has a line in the ledger, and every line a difference."""
    found = walk(theirs, ours).differences
    kept = [each for each in found if each.kind not in ("undeclared", "handler")]
    assert not kept, "\n".join(map(str, kept))


def test_every_operation_is_declared(theirs: Service, ours: Library) -> None:
    """Each operation of the service has a request class and a method."""
    found = walk(theirs, ours)
    assert found.undeclared == ()
    assert len(ours.operations) == len(theirs.operations)


def test_the_emulator_handles_every_operation(theirs: Service, ours: Library) -> None:
    """Each operation of the service has one handler in the emulator, and no other has."""
    missing = [each for each in walk(theirs, ours).differences if each.kind == "handler"]
    assert not missing, "\n".join(map(str, missing))


def test_the_ledger_is_short_and_gives_reasons() -> None:
    """There are under 25 deliberate deviations, each with a reason and listed once."""
    assert len(DEVIATIONS) < 25
    assert all(len(line.reason) > 20 for line in DEVIATIONS)
    assert len({(line.kind, line.where) for line in DEVIATIONS}) == len(DEVIATIONS)


def test_an_unused_line_of_the_ledger_is_reported(theirs: Service, ours: Library) -> None:
    """A line of the ledger that matches no difference is reported."""
    stale = Deviation("length", "CreateManagedThing.name", "once it was longer")
    found = walk(theirs, ours, (*DEVIATIONS, stale)).differences
    assert [each.where for each in found if each.kind == "ledger"] == ["CreateManagedThing.name"]


def test_the_rule_on_identity_is_still_needed(theirs: Service) -> None:
    """The rule on identity covers a get, a create and a listing's items."""
    found = promised(theirs)
    assert found["GetManagedThingResponse"] == {"Id"}
    assert found["CreateManagedThingResponse"] == {"Id", "Arn", "CreatedAt"}
    assert found["ManagedThingSummary"] == {"Id"}


def test_operations_that_are_never_retried_exist(theirs: Service) -> None:
    """Each of the four operations is in the model, and does not only read."""
    for name in NEVER_REPEATED:
        assert not theirs.document["operations"][name].get("readonly", False)


def written(ours: Library, theirs: Service) -> Iterator[tuple[type, Property]]:
    """Return each of our classes with each of the service's members of it."""
    seen: set[tuple[type, str]] = set()

    def below(model: type, shape: Shape) -> Iterator[tuple[type, Property]]:
        if (model, shape.name) in seen:
            return
        seen.add((model, shape.name))
        fields = {squashed(member.name): member for member in schema_of(model).members}
        for each in shape.properties:
            yield model, each
            inner, held = model_in(fields[squashed(each.name)].shape), each.shape
            while held.kind == "list":
                held = held.item
            if inner is not None:
                yield from below(inner, held)

    for name, declared in ours.operations.items():
        operation = theirs.operations[name]
        yield from below(declared.request, operation.input)
        model = answer_model(declared)
        answered = operation.listed.shape.item if operation.listed else operation.answered
        if model is not None and answered is not None and answered.kind == "structure":
            yield from below(model, answered)


def test_the_suggested_lines_are_right(theirs: Service, ours: Library) -> None:
    """The line at the end of a difference, evaluated, gives the member that we declare."""
    names: dict[str, object] = {
        **vars(constraints),
        **{name: getattr(iotmi, name) for name in dir(iotmi)},
        "AuthMaterialType": iotmi.AuthenticationMaterialType,
        "Annotated": Annotated,
        "Mapping": Mapping,
        "Sequence": Sequence,
        "datetime": datetime,
        "field": field,
    }
    looked = 0
    for model, each in written(ours, theirs):
        member = next(
            m for m in schema_of(model).members if squashed(m.name) == squashed(each.name)
        )
        line = member_line(each, required=member.required, wire_case=wire_case_of(model))
        (statement,) = ast.parse(line).body
        assert isinstance(statement, ast.AnnAssign)
        written_type = ast.unparse(statement.annotation).removesuffix(" | None")
        # The text is generated from the model by this test.
        kind = eval(written_type, names)  # noqa: S307
        assert shape_of(kind) == member.shape, line
        assert (statement.value is None) == (member.required and each.location != "uri"), line
        looked += 1
    assert looked > 500


def test_the_program_compares_with_another_model(
    theirs: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--model`` compares with a file, and exits with 1 if it differs."""
    document = json.loads(json.dumps(theirs.document))
    document["shapes"]["ClientToken"]["max"] = 128
    path = tmp_path / "service-2.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert program.main(["--model", str(path)]) == 1
    assert (
        "CreateManagedThing.client_token has the length (1, 128), not (1, 64); write: client_token:"
        ' Annotated[str, Text(1, 128, r"[a-zA-Z0-9=_-]+"), IDEMPOTENCY_TOKEN] | None = None'
    ) in capsys.readouterr().out


def test_the_program_reads_a_wheel(theirs: Service, tmp_path: Path) -> None:
    """A model is found in a compressed wheel of botocore."""
    wheel = tmp_path / "botocore-9.9.9-py3-none-any.whl"
    octets = gzip.compress(json.dumps(theirs.document).encode())
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"botocore/data/{SERVICE}/2025-03-03/service-2.json.gz", octets)
        archive.writestr("botocore/data/ec2/2016-11-15/service-2.json.gz", b"another")
    assert program.from_wheel(wheel).operations.keys() == theirs.operations.keys()


@pytest.mark.parametrize("change", [lambda names: names[1:], lambda names: (*names, "Extra")])
def test_a_missing_or_extra_operation_is_reported(
    theirs: Service, ours: Library, change: Callable[[tuple[str, ...]], tuple[str, ...]]
) -> None:
    """A missing or extra operation is reported with the class to write or delete."""
    names = tuple(ours.operations)
    kept = change(names)
    operations = {name: ours.operations.get(name, ours.operations[names[0]]) for name in kept}
    found = walk(theirs, attrs.evolve(ours, operations=operations)).differences
    (name,) = set(names) ^ set(kept)
    (difference,) = (each for each in found if each.kind in ("undeclared", "operation"))
    assert difference.where == name
    assert f"class {name}" in difference.sentence
