from datetime import datetime, timedelta


def far_from_now() -> str:
    """When the daily backup is made, so that none is while a test looks: in half a day, by this machine's clock."""
    return f"{datetime.now().astimezone() + timedelta(hours=12):%H:%M}"
