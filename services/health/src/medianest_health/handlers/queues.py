from medianest_common.bus import require
from medianest_common.bus.dead_letters import DeadLetter
from medianest_common.contracts.base import Page
from medianest_common.contracts.health import queues
from medianest_common.contracts.identity import Permission
from medianest_health.app import HealthApp
from medianest_health.handlers.base import handlers
from medianest_health.use_cases.clear_dead_letters import forget_vanished, remove_settled
from medianest_health.use_cases.get_dead_letter import get_dead_letter
from medianest_health.use_cases.hear_dead_letter import hear_dead_letter, tell_dead_letters
from medianest_health.use_cases.list_dead_letters import list_dead_letters
from medianest_health.use_cases.read_queues import read_queues
from medianest_health.use_cases.settle_dead_letter import drop_dead_letter, retry_dead_letter
from medianest_health.use_cases.settle_dead_letters import drop_dead_letters, retry_dead_letters


@handlers.dead_letters()
async def on_dead_letter(letter: DeadLetter, app: HealthApp) -> None:
    await hear_dead_letter(app, letter)


@handlers.job()
async def on_remove(job: queues.RemoveDeadLetters, app: HealthApp) -> None:
    await remove_settled(app, job)


@handlers.rpc
async def on_read_queues(query: queues.ReadQueues, app: HealthApp) -> queues.Queues:
    require(Permission.SEE_INTERNALS)
    return await read_queues(app)


@handlers.rpc
async def on_list(query: queues.ListDeadLetters, app: HealthApp) -> Page[queues.DeadLetter]:
    require(Permission.SEE_INTERNALS)
    return await list_dead_letters(app, query)


@handlers.rpc
async def on_get(query: queues.GetDeadLetter, app: HealthApp) -> queues.DeadLetterDetails:
    require(Permission.SEE_INTERNALS)
    return await get_dead_letter(app, query.seq)


@handlers.rpc
async def on_retry(command: queues.RetryDeadLetter, app: HealthApp) -> queues.DeadLetter:
    require(Permission.MANAGE_SERVICES)
    return await retry_dead_letter(app, command.seq)


@handlers.rpc
async def on_drop(command: queues.DropDeadLetter, app: HealthApp) -> queues.DeadLetter:
    require(Permission.MANAGE_SERVICES)
    return await drop_dead_letter(app, command.seq)


@handlers.rpc
async def on_retry_many(command: queues.RetryDeadLetters, app: HealthApp) -> queues.DeadLettersSettled:
    require(Permission.MANAGE_SERVICES)
    return await retry_dead_letters(app, command.which)


@handlers.rpc
async def on_drop_many(command: queues.DropDeadLetters, app: HealthApp) -> queues.DeadLettersSettled:
    require(Permission.MANAGE_SERVICES)
    return await drop_dead_letters(app, command.which)


handlers.every(60)(tell_dead_letters)
handlers.every(300)(forget_vanished)
