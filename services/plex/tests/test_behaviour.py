from medianest_common.testing.suite import ServiceBehaviour
from medianest_plex.service import SERVICE


class TestPlex(ServiceBehaviour):
    service = SERVICE
    settings = {"plex_url": "http://127.0.0.1:9", "plex_token": "a-token"}
