"""What lies inside a call: a request built and checked, an answer decoded. Nothing is sent."""

import json

from botocore.model import OperationModel, StructureShape
from botocore.parsers import create_parser
from botocore.session import Session
from botocore.validate import ParamValidator
from capo_iot_managed_integrations.types.list_managed_things_response import deserialize_json

from iotmi import CreateManagedThing, ListManagedThings, unchecked
from iotmi._serde.decoder import decode_response
from tests.benchmarks.answers import page
from tests.benchmarks.contestants import boto3_parameters, iotmi_request
from tests.benchmarks.devices import Device, of_new_models
from tests.benchmarks.measuring import FLOOR, Preparations, again, each_of


def building(_url: str, calls: int) -> Preparations:
    """A creation with 40 capabilities, checked before it is sent; capo checks nothing."""
    shape = _known(_operation("CreateManagedThing").input_shape)
    validator = ParamValidator()

    def build_and_validate(device: Device) -> None:
        report = validator.validate({**boto3_parameters(device), "ClientToken": "token"}, shape)
        if report.has_errors():
            raise ValueError(report.generate_report())

    return {
        "boto3": each_of(build_and_validate, iter(of_new_models()), calls),
        "iotmi": each_of(iotmi_request, iter(of_new_models()), calls),
    }


def building_unchecked(_url: str, calls: int) -> Preparations:
    """The same, built and not checked: for boto3 these are the dicts alone."""

    def build(device: Device) -> CreateManagedThing:
        with unchecked():
            return iotmi_request(device)

    return {
        "boto3": each_of(boto3_parameters, iter(of_new_models()), calls),
        "iotmi": each_of(build, iter(of_new_models()), calls),
    }


def decoding(_url: str, calls: int) -> Preparations:
    """A page of 100 things, from its bytes; `json.loads` alone is the floor."""
    body = page(0, 1)
    shape = _known(_operation("ListManagedThings").output_shape)
    parser = create_parser("rest-json")
    answer = {"status_code": 200, "headers": {}, "body": body}
    asked = ListManagedThings()
    return {
        "boto3": again(lambda: parser.parse(answer, shape), calls),
        "iotmi": again(lambda: decode_response(json.loads(body), asked), calls),
        "capo": again(lambda: deserialize_json(json.loads(body)), calls),
        FLOOR: again(lambda: json.loads(body), calls),
    }


def _operation(name: str) -> OperationModel:
    return Session().get_service_model("iot-managed-integrations").operation_model(name)


def _known(shape: StructureShape | None) -> StructureShape:
    if shape is None:
        raise LookupError("the operation has no such shape")
    return shape
