"""Which states of the tables this version knows."""

from collections.abc import Mapping

from medianest import registry


def unknown(heads: Mapping[str, str]) -> dict[str, str]:
    """Those of these migrations, by service, that this version does not have: a newer one has been here."""
    return {service: head for service, head in heads.items() if head not in _known(service)}


def _known(service: str) -> set[str]:
    from medianest_common.db.migrate import versions_dir

    if service not in registry.ALL:
        return set()
    return {path.name[:4] for path in versions_dir(registry.service(service)).glob("[0-9]*_*.py")}
