"""Looks at the database while a seed runs: limits, and the snapshots of links."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from tests.bench.chaos.history import History
from tests.bench.chaos.invariants import Limits, above_limits
from tests.bench.chaos.records import Database, LinkRow, Unavailable, counters_of, links_of

LOOK_SECONDS = 0.1


class Watch:
    """The counters and the links of some users at many moments."""

    def __init__(
        self, database: Database, users: Sequence[int], limits: Limits, history: History
    ) -> None:
        self._database = database
        self._users = users
        self._limits = limits
        self._history = history
        self._versions: dict[UUID, list[str]] = {}

    async def work(self) -> None:
        """Look again and again."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Look once."""
        try:
            counters = counters_of(self._database, self._users)
            links = links_of(self._database, self._users)
        except Unavailable:
            return
        for broken in above_limits(counters, self._limits):
            if broken not in self._history.broken:
                self._history.note("watch", broken)
                self._history.broken.append(broken)
        for link in links.values():
            self._look_at(link)

    def _look_at(self, link: LinkRow) -> None:
        versions = self._versions.setdefault(link.id, [])
        if link.article not in versions:
            versions.append(link.article)
        asked = self._history.versions.get(link.id)
        if asked is not None and len(versions) > asked:
            self._history.broken.append(
                f"the link {link.id} has {len(versions)} snapshots, and {asked} were asked for"
            )

    def pages_not_stored(self) -> list[str]:
        """The pages that were shown and were never the article of their link."""
        return [
            f"the page of the link {page.link_id} was no snapshot of it: {page.article!r}"
            for page in self._history.pages
            if page.article not in [each.strip() for each in self._versions.get(page.link_id, [])]
        ]
