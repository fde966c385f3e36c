"""One seat of a body: its division of work, or the release from it (免职)."""

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from branchyear.lib.dates import in_words, local_day
from branchyear.lib.errors import require
from members.forms_terms import EndPostForm, PostForm
from members.models import COMMITTEE_POSTS, PostHeld
from members.services import posts
from members.views.termform import answer


@require_http_methods(["GET", "POST"])
def post(request, pk):
    """One seat: its division of work, or the release from it."""
    held = get_object_or_404(
        PostHeld.objects.visible_to(request.user)
        .filter(ends_on=None, post__in=COMMITTEE_POSTS)
        .select_related("organization", "member__organization"),
        pk=pk,
    )
    require(posts.may_keep(request.user, held.organization))
    ending = request.POST.get("action") == "end"
    form = PostForm(
        request.POST if request.method == "POST" and not ending else None,
        initial={"duties": held.duties, "document_no": held.document_no},
    )
    end_form = EndPostForm(
        request.POST if ending else None, initial={"on": local_day()}, prefix="end"
    )

    def act():
        if ending:
            posts.end_post(held, by=request.user, **end_form.cleaned_data)
            return f"已免去{held.member}的职务。"
        posts.change_post(held, by=request.user, **form.cleaned_data)
        return "已保存。"

    word = posts.post_word(held.post, held.organization)
    context = {
        "heading": f"{held.member.name} {word}",
        "button": "保存分工",
        "form": form,
        "end_form": end_form,
        "end_title": "免去职务",
        "end_note": "免职后本人的任职经历保留；书记空缺的应当及时补选。",
        "facts": [("任职日期", in_words(held.starts_on))],
    }
    return answer(request, held.organization, end_form if ending else form, act, context)
