"""Everything that hangs on ``FIELD_KEY``, brought under a new one while the portal serves.

The columns are found by the class of their field (``branchyear.lib.crypto``), so a new one needs no word here. They
are read in parts; a part is written in one short transaction, each row only if it still holds what was read: a row
that somebody saved meanwhile was written under the new key anyway. Killed at any point and begun again it goes on
where it was, because what is under the new key is passed by.

Uniqueness over both keys: services look an ID number up under every key, so a second row of one number is refused
as ever. Two that slipped by (an instance that does not know the new key yet saves the same number in the same moment)
meet here, where both indexes become equal: the second is left, named, and for a person to settle.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction

from branchyear.audit import chain
from branchyear.audit.models import Entry
from branchyear.audit.services import record
from branchyear.lib import crypto

BATCH = 500
VERB = "field_key.changed"
CLASHES_TOLD = 20


@dataclass
class Count:
    """One column: its values, how many this run brought under ``FIELD_KEY``, and how many are not."""

    name: str
    values: int = 0
    changed: int = 0
    left: int = 0
    unreadable: int = 0  # under no key that is named


@dataclass
class Outcome:
    counts: list = field(default_factory=list)
    clashes: list = field(default_factory=list)  # rows whose index would be another's

    @property
    def is_done(self):
        return not any(count.left or count.unreadable for count in self.counts)


class Holder:
    """A model with columns that hang on the key."""

    def __init__(self, model):
        fields = model._meta.local_concrete_fields
        self.model = model
        self.texts = [f for f in fields if hasattr(f, "rekeyed")]
        self.indexes = [f for f in fields if isinstance(f, crypto.BlindIndex)]
        self.files = [f for f in fields if isinstance(f, crypto.SealedFile)]
        self.counts = {f: Count(f"{model._meta.label}.{f.name}") for f in self.columns + self.files}

    @property
    def columns(self):
        return self.texts + self.indexes

    def parts(self):
        """Rows as the database has them, some at a time: ``(key, {column: stored})``."""
        quoted, last = connection.ops.quote_name, None
        key = quoted(self.model._meta.pk.column)
        names = [f.column for f in self.columns]
        kept = " OR ".join(f"{quoted(f.column)} <> ''" for f in self.texts)
        table = quoted(self.model._meta.db_table)
        select = f"SELECT {', '.join([key, *map(quoted, names)])} FROM {table}"  # noqa: S608  # nosec B608
        while True:
            after = "" if last is None else f" AND {key} > %s"
            with connection.cursor() as cursor:
                cursor.execute(
                    f"{select} WHERE ({kept}){after} ORDER BY {key} LIMIT {BATCH}",
                    [] if last is None else [last],
                )
                rows = cursor.fetchall()
            if not rows:
                return
            yield [(row[0], dict(zip(names, row[1:], strict=True))) for row in rows]
            last = rows[-1][0]

    def wanted(self, stored):
        """The columns of one row that are to be written anew; what no key reads is counted."""
        new = {}
        for each in self.texts:
            value = stored[each.column]
            if not value:
                continue
            self.counts[each].values += 1
            try:
                new[each] = each.rekeyed(value)
            except InvalidToken:
                self.counts[each].unreadable += 1
        for each in self.indexes:
            self.counts[each].values += bool(stored[each.column])
            try:
                new[each] = each.of_text(crypto.decrypt(stored[self._column_of(each)]))
            except InvalidToken:
                continue  # counted above, at the text
        return {each: value for each, value in new.items() if value != stored[each.column]}

    def _column_of(self, index):
        return self.model._meta.get_field(index.of).column

    def write(self, part, outcome):
        """The rows of one part in one transaction; one by one where two of them claim one index."""
        due = [(key, stored, new) for key, stored in part if (new := self.wanted(stored))]
        try:
            with transaction.atomic():
                written = [row for row in due if self._update(*row)]
        except IntegrityError:
            written = [row for row in due if self._update_alone(*row, outcome)]
        for _, _, new in written:
            for each in new:
                self.counts[each].changed += 1

    def _update(self, key, stored, new):
        """Compare and set: nothing is written over what somebody saved since it was read."""
        quoted, meta = connection.ops.quote_name, self.model._meta
        same = {f.column: stored[f.column] for f in self.texts}
        where = "".join(
            f" AND {quoted(name)} {'IS NULL' if value is None else '= %s'}"
            for name, value in same.items()
        )
        columns = ", ".join(f"{quoted(f.column)} = %s" for f in new)
        table, pk = quoted(meta.db_table), quoted(meta.pk.column)
        statement = f"UPDATE {table} SET {columns} WHERE {pk} = %s{where}"  # noqa: S608  # nosec B608
        held = [value for value in same.values() if value is not None]
        with connection.cursor() as cursor:
            cursor.execute(statement, [*new.values(), key, *held])
            return cursor.rowcount

    def _update_alone(self, key, stored, new, outcome):
        try:
            with transaction.atomic():
                return self._update(key, stored, new)
        except IntegrityError:
            if len(outcome.clashes) < CLASHES_TOLD:
                outcome.clashes.append(f"{self.model._meta.label} {key}")
            return 0

    def look(self, part):
        """Count what is left."""
        for _, stored in part:
            for each in self.wanted(stored):
                self.counts[each].left += 1

    def reseal(self, each, *, write):
        """Sealed files, each in its place and under its name."""
        count, rows = self.counts[each], self.model._base_manager
        for key, name in list(rows.exclude(**{each.name: ""}).values_list("pk", each.attname)):
            try:
                with default_storage.open(name, "rb") as file:
                    content = file.read()
            except FileNotFoundError:
                continue  # gone with its row meanwhile
            count.values += 1
            try:
                content = crypto.resealed(content)
            except InvalidToken:
                count.unreadable += 1
                continue
            if content is None:
                continue
            if not write:
                count.left += 1
                continue
            _put_in_place(name, content)
            if rows.filter(pk=key, **{each.name: name}).exists():
                count.changed += 1
            else:  # done with meanwhile: it must not come back
                default_storage.delete(name)


def holders():
    """Every model of the portal with a column or file that hangs on the key."""
    found = [
        Holder(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    return [holder for holder in found if holder.counts]


def _put_in_place(name, content):
    """Other content under the same name; whoever opens the file finds the one or the other whole."""
    try:
        path = Path(default_storage.path(name))
    except NotImplementedError:  # a store of objects: what is put there is whole
        default_storage.delete(name)
        default_storage.save(name, ContentFile(content))
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    draft.touch(mode=settings.FILE_UPLOAD_PERMISSIONS)
    draft.write_bytes(content)
    draft.replace(path)


def _silent(name, rows):
    """Where nobody watches the progress."""


def count(*, tell=_silent):
    """How many values there are, and how many are not under ``FIELD_KEY``; nothing is changed."""
    outcome = Outcome()
    for holder in holders():
        _go_through(holder, holder.look, tell)
        for each in holder.files:
            holder.reseal(each, write=False)
        outcome.counts += holder.counts.values()
    links = Count("audit.Link", values=1)
    links.left = int(not (_is_recorded() if crypto.is_changing() else chain.is_readable()))
    outcome.counts.append(links)
    return outcome


def change(*, tell=_silent):
    """Bring everything under ``FIELD_KEY``; the outcome is counted anew at the end.

    When nothing is left the audit chain goes on under a new key, too, and the trail says so.
    """
    first = Outcome()
    for holder in holders():
        _go_through(holder, lambda part, holder=holder: holder.write(part, first), tell)
        for each in holder.files:
            holder.reseal(each, write=True)
        first.counts += holder.counts.values()
    changed = {one.name: one.changed for one in first.counts}
    found = count(tell=tell)
    if crypto.is_changing() and not _is_recorded():
        if all(
            one.name == "audit.Link" or not (one.left or one.unreadable) for one in found.counts
        ):
            _finish(found)
    for one in found.counts:
        one.changed = changed.get(one.name, one.changed)
    found.clashes = first.clashes
    return found


def _go_through(holder, step, tell):
    done = 0
    if not holder.texts:
        return
    for part in holder.parts():
        step(part)
        done += len(part)
        tell(holder.model._meta.label, done)


def finished_at():
    """When everything was brought under the present ``FIELD_KEY``; nothing if it never was changed."""
    last = Entry.objects.filter(verb=VERB).order_by("-pk").first()
    is_of_this_key = last and last.detail.get("key") == crypto.fingerprint(crypto.secrets()[0])
    return last.at if is_of_this_key else None


def _is_recorded():
    return finished_at() is not None


@transaction.atomic
def _finish(found):
    writing, *others = map(crypto.fingerprint, crypto.secrets())
    values = {one.name: one.values for one in found.counts}
    entry = record(VERB, by=None, key=writing, before=others, values=values)
    chain.change_key(after=entry)
    links = found.counts[-1]
    links.left, links.changed = 0, 1
