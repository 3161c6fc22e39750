from medianest_common.testing.suite import ServiceBehaviour
from medianest_youtube.service import SERVICE


class TestYoutube(ServiceBehaviour):
    service = SERVICE
