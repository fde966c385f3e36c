"""Words nobody should build a password on: the names of the person's own organisations."""

from pypinyin import lazy_pinyin

from branches.models import Appointment


def of_organizations(user):
    """Names and codes of where the person holds office, as typed in Chinese and in pinyin, whole and by initials."""
    if user is None or user.pk is None:
        return set()
    words = set()
    for office in Appointment.objects.filter(user=user).select_related("organization"):
        place = office.organization
        for name in {place.name, place.short_name} - {""}:
            syllables = lazy_pinyin(name)
            words |= {name, "".join(syllables), "".join(syllable[0] for syllable in syllables)}
        words.add(place.code)
    return {word for word in words if len(word) >= 4 or not word.isascii()}
