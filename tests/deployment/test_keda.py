"""What KEDA is told fits what it reads, and the product. Its definitions come with no package, so that what is used of
them is written down here."""

from collections.abc import Iterator

import kubernetes_validate
from jsonschema import Draft7Validator

from medianest import registry
from medianest_common.bus.topology import consumers_for
from tests.deployment.kustomizing import Resource, resources

_WHOLE = {"type": "integer", "minimum": 0}
_WHERE = ("natsServerMonitoringEndpoint", "account", "stream", "consumer")
_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
KEDA = {
    "type": "object",
    "required": ["scaleTargetRef", "triggers"],
    "additionalProperties": False,
    "properties": {
        "scaleTargetRef": {
            "required": ["name"],
            "additionalProperties": False,
            "properties": {name: {"type": "string"} for name in ("apiVersion", "kind", "name")},
        },
        **dict.fromkeys(("minReplicaCount", "maxReplicaCount", "pollingInterval", "cooldownPeriod"), _WHOLE),
        "fallback": {
            "required": ["failureThreshold", "replicas"],
            "additionalProperties": False,
            "properties": {
                "failureThreshold": _WHOLE,
                "replicas": _WHOLE,
                "behavior": {
                    "enum": ["static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower"]
                },
            },
        },
        # `behavior` is that of an autoscaler, and is looked at as one.
        "advanced": {
            "additionalProperties": False,
            "properties": {"horizontalPodAutoscalerConfig": {"required": ["behavior"], "maxProperties": 1}},
        },
        "triggers": {
            "minItems": 1,
            "items": {
                "required": ["type", "metadata"],
                "additionalProperties": False,
                "properties": {
                    "type": {"enum": ["cpu", "nats-jetstream"]},
                    "metricType": {"enum": ["Utilization", "Value", "AverageValue"]},
                    "metadata": _TEXTS,
                },
                "if": {"properties": {"type": {"const": "nats-jetstream"}}},
                "then": {
                    "properties": {
                        "metadata": {
                            "required": list(_WHERE),
                            "additionalProperties": False,
                            "properties": {
                                **{name: {"type": "string"} for name in _WHERE},
                                "lagThreshold": {"pattern": "^[0-9]+$"},
                            },
                        }
                    }
                },
                "else": {"required": ["metricType"], "properties": {"metadata": {"required": ["value"]}}},
            },
        },
    },
}
"""As much of a `ScaledObject` as is used here, by KEDA's own definition of it and what its scaler of NATS reads."""


def _told() -> Iterator[Resource]:
    return (each for each in resources() if each["apiVersion"].startswith("keda.sh/"))


def test_what_keda_is_told_fits_what_it_reads() -> None:
    told = list(_told())
    assert told
    for each in told:
        assert (each["apiVersion"], each["kind"]) == ("keda.sh/v1alpha1", "ScaledObject")
        problems = Draft7Validator(KEDA).iter_errors(each["spec"])
        name = each["metadata"]["name"]
        assert [f"{name}{problem.json_path}: {problem.message}" for problem in problems] == []
        autoscaler = {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": name},
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
                "maxReplicas": each["spec"]["maxReplicaCount"],
                "behavior": each["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"],
            },
        }
        kubernetes_validate.validate(autoscaler, "1.37", strict=True)


def test_whoever_is_scaled_by_messages_reads_that_stream() -> None:
    scaled = {
        each["spec"]["scaleTargetRef"]["name"]: [
            (trigger["metadata"]["stream"], trigger["metadata"]["consumer"])
            for trigger in each["spec"]["triggers"]
            if trigger["type"] == "nats-jetstream"
        ]
        for each in _told()
        if each["kind"] == "ScaledObject"
    }
    assert scaled
    for name, readers in scaled.items():
        present = {
            (consumer.stream, consumer.config.durable_name)
            for consumer in consumers_for(registry.service(name).handlers)
        }
        assert set(readers) <= present, name
