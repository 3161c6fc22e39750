"""Reads and writes of the health service that have a meaning of their own."""

from medianest_health.repository.board import board, one_on_board
from medianest_health.repository.history import History
from medianest_health.repository.incidents import Incidents
from medianest_health.repository.monitors import Monitors
from medianest_health.repository.standings import Standings

__all__ = ["History", "Incidents", "Monitors", "Standings", "board", "one_on_board"]
