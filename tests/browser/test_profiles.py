"""A profile of the browser serves one test after the other, with nothing of those before."""

from tests.browsers import Profiles
from tests.live import LiveSite

NATIVE_TIMER = "/native code/.test(String(setTimeout))"


def test_the_clock_of_one_test_is_not_that_of_the_next(
    profiles: Profiles, live_site: LiveSite
) -> None:
    with profiles.lend() as profile:
        page = profile.new_page()
        page.clock.install()
        page.goto("/healthz")
        assert not page.evaluate(NATIVE_TIMER)
    with profiles.lend() as profile:
        page = profile.new_page()
        page.goto("/healthz")
        assert page.evaluate(NATIVE_TIMER)
