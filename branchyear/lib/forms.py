"""Fields that several rooms use."""

from django import forms

LARGEST = 2**63 - 1  # of a key


class Several(forms.ModelMultipleChoiceField):
    """Rows to be ticked. A number too large for a key is none of them; Django would let the database fail at it."""

    def _check_values(self, value):
        for key in value:
            if _is_beyond(key):
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"],
                    code="invalid_choice",
                    params={"value": str(key)[:30]},
                )
        return super()._check_values(value)


def _is_beyond(key):
    try:
        return abs(int(key)) > LARGEST
    except (ValueError, TypeError):  # no number at all: Django says so
        return False


def ticked(data, name):
    """The keys of the boxes of one name that are ticked; what is no key is left out."""
    return {int(pk) for pk in data.getlist(name) if pk.isdecimal() and len(pk) < 19}
