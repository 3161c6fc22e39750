"""Many people, one title, the same moment."""

import asyncio

from medianest.testing import eventually
from medianest_common.contracts import media
from medianest_common.contracts.media import MediaRequest, SubmitRequest
from medianest_common.errors import MediaNestError
from services.media.tests.conftest import FILM, Home


async def test_trap_2_of_sixteen_identical_requests_one_is_made(seerr: Home) -> None:
    people = [await seerr.friend(f"Friend{number}") for number in range(4)]
    answers = await asyncio.gather(
        *(people[number % 4].request() for number in range(16)), return_exceptions=True
    )
    made = [answer for answer in answers if isinstance(answer, MediaRequest)]
    refused = [answer for answer in answers if isinstance(answer, MediaNestError)]
    assert (len(made), len(refused)) == (1, 15)
    assert {(error.status, error.code) for error in refused} == {(409, "ALREADY_REQUESTED")}
    await seerr.twin(made[0])
    assert len(seerr.overseerr.requests) == 1


async def test_a_refusal_leads_to_the_request_for_those_who_may_see_it(seerr: Home) -> None:
    frida, gustav = await seerr.friend(), await seerr.friend("Gustav")
    asked = await frida.request()
    links = []
    for person in (frida, seerr.owner, gustav):
        answer = (await asyncio.gather(person.request(), return_exceptions=True))[0]
        assert isinstance(answer, MediaNestError)
        links.append(answer.extra["existing"])
    own = {"id": str(asked.id), "url": f"/api/v1/media/requests/{asked.id}"}
    follow = {"followUrl": f"{own['url']}/follow", "url": f"/api/v1/media/movie/{FILM}"}
    assert links == [own, own, {"id": str(asked.id), **follow}]


async def test_trap_5_overlapping_seasons_are_shared_out_without_doubles(seerr: Home) -> None:
    seerr.overseerr.add_show(7000, "Long", 2000, seasons=dict.fromkeys(range(1, 9), 10))
    people = [await seerr.friend(f"Friend{number}") for number in range(6)]
    answers = await asyncio.gather(
        *(
            person.request_show(7000, seasons=list(range(1 + n, 5 + n)))
            for n, person in enumerate(people[:5])
        ),
        people[5].request_show(7000),
        return_exceptions=True,
    )
    made = [answer for answer in answers if isinstance(answer, MediaRequest)]
    assert sorted(season for request in made for season in request.seasons) == list(range(1, 9))
    for request in made:
        assert sorted((await seerr.twin(request)).season_numbers) == request.seasons


async def test_a_film_and_a_show_with_one_number_and_a_4k_copy_do_not_meet(seerr: Home) -> None:
    seerr.overseerr.add_show(FILM, "Same Number", 1990, seasons={1: 3})
    frida = await seerr.friend()
    seerr.overseerr.state.users[2].permissions |= 1024
    await frida.request()
    await frida.request_show(FILM)
    four_k = await frida.request(is_4k=True)
    assert (await seerr.twin(four_k)).is_4k
    await eventually(lambda: seerr.holds(3))


async def test_many_workers_on_one_request_file_it_once(seerr: Home) -> None:
    frida = await seerr.friend()
    seerr.overseerr.site.delay = 0.1
    asked = await frida.request()
    for _ in range(8):
        await seerr.sandbox.bus.enqueue_now(SubmitRequest(request_id=asked.id))
    await seerr.twin(asked)
    await seerr.settled()
    assert len(seerr.filed()) == 1


async def test_approving_while_it_is_being_sent_loses_neither(seerr: Home) -> None:
    frida = await seerr.friend()
    seerr.overseerr.site.delay = 0.2
    asked = await frida.request()
    await asyncio.sleep(0.1)
    await seerr.owner.call(media.ApproveRequest(id=asked.id))
    await seerr.becomes(asked, media.RequestStatus.PROCESSING)
    assert len(seerr.overseerr.requests) == 1
