from medianest_common.testing.suite import ServiceBehaviour
from medianest_notifications.service import SERVICE


class TestNotifications(ServiceBehaviour):
    service = SERVICE
