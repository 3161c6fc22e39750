from medianest_common.testing.suite import ServiceBehaviour
from medianest_health.service import SERVICE


class TestHealth(ServiceBehaviour):
    service = SERVICE
