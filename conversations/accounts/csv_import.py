"""Imports users from a CSV file: checks every row, then creates all accounts or none."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.contrib.auth.models import Group
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from conversations import audit
from conversations.accounts import people
from conversations.models import (
    USERNAME_CHARACTERS,
    LanguageModel,
    Measure,
    Period,
    SignInName,
    User,
    comparable,
    validate_distinct,
)
from conversations.quotas.amounts import Limit, NotALimit, amount_from_words, set_limit

# One transaction creates all accounts. On SQLite it blocks all answers for about a second.
MOST_ROWS = 200
MOST_BYTES = 100_000
COLUMNS = ("username", "email", "groups", "limits")
# Between the groups, or the limits, of one user.
_SEPARATOR = "|"
_LIMIT = re.compile(r"(?P<measure>\w+)/(?P<period>\w+)(@(?P<model>[^=]+))?=(?P<amount>.+)")


class NotReadable(ValueError):
    """The whole file cannot be used; the message says why."""


@dataclass
class Row:
    """One user of the file, and the problems of the row."""

    line: int
    username: str
    email: str
    groups: list[str]
    limits: list[str]
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """The checked rows of a file; the plan can be carried out if no row has a problem."""

    rows: list[Row]
    groups: dict[str, Group]
    models: dict[str, LanguageModel]

    @property
    def bad(self) -> list[Row]:
        """The rows that have problems."""
        return [row for row in self.rows if row.problems]

    @property
    def needs_rules(self) -> bool:
        """True if a row has a limit."""
        return any(row.limits for row in self.rows)


@dataclass(frozen=True)
class Invited:
    """A new account, and the link with which its user sets the password."""

    username: str
    email: str
    link: str


def decoded(content: bytes) -> str:
    """The text of an uploaded file. Raises :class:`NotReadable`."""
    if len(content) > MOST_BYTES:
        raise NotReadable(
            _("The file is too large. Import at most %d users at a time.") % MOST_ROWS
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotReadable(_("The file is not in UTF-8. Save it as “CSV UTF-8”.")) from error


def plan_of(text: str) -> Plan:
    """Read a file and check every row, without changing anything.

    Raises :class:`NotReadable`.
    """
    rows = list(_rows(text))
    if not rows:
        raise NotReadable(_("The file has no rows below its header."))
    names = {name for row in rows for name in row.groups}
    models = {found["model"] for row in rows for found in _limits_of(row) if found["model"]}
    plan = Plan(
        rows,
        {group.name: group for group in Group.objects.filter(name__in=names)},
        {model.name: model for model in LanguageModel.objects.filter(name__in=models)},
    )
    _check(plan)
    return plan


def _rows(text: str) -> Iterator[Row]:
    header = text.lstrip().partition("\n")[0]
    separator = ";" if ";" in header and "," not in header else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = _columns(next(reader, []))
        for number, cells in enumerate((each for each in reader if any(each)), 1):
            if number > MOST_ROWS:
                text = _("The file has more than %d rows. Split it into smaller files.")
                raise NotReadable(text % MOST_ROWS)
            yield _row(reader.line_num, dict(zip(columns, cells, strict=False)), cells, columns)
    except csv.Error as error:
        message = _("Line %(line)d is not valid CSV: %(error)s.")
        raise NotReadable(message % {"line": reader.line_num, "error": error}) from error


def _columns(cells: list[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in cells]
    if "username" not in columns:
        raise NotReadable(_("The first line must name the columns, including “username”."))
    unknown = [column for column in columns if column not in COLUMNS]
    if unknown or len(set(columns)) != len(columns):
        text = _("The file can have these columns, each at most once: %s.")
        raise NotReadable(text % ", ".join(COLUMNS))
    return columns


def _row(line: int, values: dict[str, str], cells: list[str], columns: list[str]) -> Row:
    row = Row(
        line,
        User.normalize_username(values.get("username", "").strip()),
        values.get("email", "").strip(),
        _parts(values.get("groups", "")),
        _parts(values.get("limits", "")),
    )
    if len(cells) > len(columns):
        row.problems.append(_("more cells than columns"))
    return row


def _parts(cell: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in cell.split(_SEPARATOR) if part.strip()))


def _limits_of(row: Row) -> Iterator[re.Match[str]]:
    return (found for text in row.limits if (found := _LIMIT.fullmatch(text)))


def _check(plan: Plan) -> None:
    rows = plan.rows
    uses = Counter(name for row in rows for name in _compared(row))
    taken = SignInName.objects.of_others(
        [name for row in rows for name in (row.username, row.email)]
    )
    for row in rows:
        row.problems += _problems_of_name(row.username, uses, taken)
        row.problems += _problems_of_address(row.email, uses, taken)
        row.problems += [
            _("unknown group “%s”") % name for name in row.groups if name not in plan.groups
        ]
        row.problems += _problems_of_limits(row, plan)


def _compared(row: Row) -> set[str]:
    """The names of one user in the form in which they must differ from those of all others."""
    return {comparable(name) for name in (row.username, row.email) if name}


def _problems_of_name(name: str, uses: Counter[str], taken: set[str]) -> Iterator[str]:
    try:
        UnicodeUsernameValidator()(name)
        MaxLengthValidator(USERNAME_CHARACTERS)(name)
    except ValidationError:
        yield _("the username may have letters, digits and @ . + - _ only, at most 150")
    try:
        validate_distinct(name)
    except ValidationError as problem:
        yield from problem.messages
    if uses[comparable(name)] > 1:
        yield _("the username is in the file twice")
    if name in taken and "@" in name:
        yield _("the username is the e-mail address of another account")
    elif name in taken:
        yield _("an account with this username already exists")


def _problems_of_address(email: str, uses: Counter[str], taken: set[str]) -> Iterator[str]:
    if not email:
        return
    try:
        validate_email(email)
    except ValidationError:
        yield _("“%s” is not an e-mail address") % email
    if uses[comparable(email)] > 1:
        yield _("the e-mail address is in the file twice")
    if email in taken:
        yield _("an account with this e-mail address already exists")


def _problems_of_limits(row: Row, plan: Plan) -> Iterator[str]:
    for text in row.limits:
        try:
            limit_of(text, plan.models)
        except NotALimit as problem:
            yield _("limit “%(text)s”: %(problem)s") % {"text": text, "problem": problem}
    slots = Counter(
        (found["measure"], found["period"], found["model"]) for found in _limits_of(row)
    )
    if any(count > 1 for count in slots.values()):
        yield _("two limits have the same measure, period and model")


def limit_of(text: str, models: dict[str, LanguageModel]) -> Limit:
    """Parse a limit such as "tokens/day=100k" or "cost/month@model=12.50".

    Raises :class:`~conversations.quotas.amounts.NotALimit`.
    """
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise NotALimit(_("write it as tokens/day=100k"))
    if found["measure"] not in Measure.values or found["period"] not in Period.values:
        choices = {"measures": ", ".join(Measure.values), "periods": ", ".join(Period.values)}
        raise NotALimit(_("choose from %(measures)s and from %(periods)s") % choices)
    if found["model"] and found["model"] not in models:
        raise NotALimit(_("unknown model “%s”") % found["model"])
    amount = amount_from_words(found["measure"], found["amount"])
    return Limit(found["measure"], found["period"], models.get(found["model"] or ""), amount)


@transaction.atomic
def carry_out(actor: User, plan: Plan) -> list[Invited]:
    """Create the accounts of a plan without problems; their links cannot be shown again."""
    if plan.bad:
        raise ValueError("The plan has problems.")
    return [_made(actor, row, plan) for row in plan.rows]


def _made(actor: User, row: Row, plan: Plan) -> Invited:
    user: User = User.objects.create_user(row.username, row.email)
    people.trust_address(user)
    user.groups.set([plan.groups[name] for name in row.groups])
    written = {"username": user.username, "email": user.email, "groups": row.groups}
    audit.record(actor, "imported", user, {}, written)
    for text in row.limits:
        set_limit(actor, user, limit_of(text, plan.models))
    link = people.invite(actor, email=user.email, account=user)
    return Invited(user.username, user.email, link)
