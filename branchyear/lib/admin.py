"""What our admin pages have in common."""

from datetime import date
from io import BytesIO

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from branchyear.lib.errors import Refused
from branchyear.lib.xlsx import filename, write_workbook

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RefusalsBesideFields:
    """A ``Refused`` out of a service is shown in the form, beside its field, with everything typed.

    The first pass has been rolled back by then; the second one stops at the sentence.
    """

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            request.refusal = refusal
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form_class = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "refusal", None)
        if refusal is None:
            return form_class

        class Refusing(form_class):
            def full_clean(self):
                super().full_clean()
                if self.is_bound:
                    show(self, refusal)

        return Refusing


class LookOnly:
    """A list to look at: nothing is added, changed or deleted here."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class NeverDeleted:
    """Rows that are history: no delete button, no delete action."""

    def has_delete_permission(self, request, obj=None):
        return False


def show(form, refusal):
    """Put the sentence of a ``Refused`` beside its field, or above the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)


def workbook_answer(unit, title, sheets, day: date):
    """An Excel download: ``sheets`` as ``write_workbook`` takes them."""
    file = BytesIO()
    write_workbook(file, sheets)
    answer = HttpResponse(file.getvalue(), content_type=EXCEL)
    return as_attachment(answer, filename(unit, title, "", day, "xlsx"))


def as_attachment(answer, name):
    """Save the answer under ``name``; nothing on the way keeps a copy."""
    answer.headers["Content-Disposition"] = content_disposition_header(True, name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
