"""Numbers that no row can have, in a list of numbers that rows are looked for with."""

from typing import Any

from django.db.models import IntegerField
from django.db.models.lookups import In

# Of 64 bits. SQLite's driver fails with more.
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


@IntegerField.register_lookup
class InRange(In):
    """`in`, without the numbers that are too large: no row has one of them.

    Django does so for one number (`exact`), and not for several: an id that somebody has typed in
    would otherwise be an error of the site.
    """

    def get_prep_lookup(self) -> Any:
        """The prepared values that a column can have."""
        values = super().get_prep_lookup()
        if not self.rhs_is_direct_value():
            return values
        return [each for each in values if not isinstance(each, int) or _fits(each)]


def _fits(number: int) -> bool:
    return _LOWEST <= number <= _HIGHEST
