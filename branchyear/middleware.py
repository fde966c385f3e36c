"""What every request goes through."""

import json

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.contrib import messages
from django.contrib.messages.storage.cookie import MessageDecoder, MessageEncoder
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.functional import cached_property

from branchyear.audit import context
from branchyear.audit.services import record
from branchyear.lib.addresses import client_ip
from branchyear.lib.errors import Conflict, Refused
from branchyear.lib.routes import path_to
from branchyear.once import services as once


class RequestContext:
    """Says from where the request comes (for the audit trail), and whether a fragment is wanted."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.htmx = request.headers.get("HX-Request") == "true"
        request.scripted = request.htmx or request.headers.get("X-Requested-With") == "fetch"
        ip_token = context.ip.set(client_ip(request))
        try:
            response = self.get_response(request)
        finally:
            context.ip.reset(ip_token)
        patch_vary_headers(response, ["HX-Request"])
        location = response.get("Location", "")
        if (
            request.scripted
            and response.status_code == 302
            and location.startswith(path_to("login"))
        ):
            # A script must not put the log-in page into the middle of a form.
            return HttpResponse("您已退出登录，请重新登录。填写的内容已保留在本机。", status=401)
        return response


class ContentPolicy(CSPMiddleware):
    """django-csp's; the policy that all pages share is put into words once, not for each answer."""

    @cached_property
    def shared(self):
        return build_policy()

    def process_response(self, request, response):
        has_own = "_csp_nonce" in vars(request) or any(n.startswith("_csp") for n in vars(response))
        if has_own or settings.DEBUG:
            return super().process_response(request, response)
        response.setdefault(HEADER, self.shared)
        return response


class Once:
    """A form with a key (``{% once %}``) does its work once, however often it is posted.

    Double click, retry after a lost answer, back button: the same form again is answered with what the
    first one was answered with. Posted again with other words it is most likely a correction, perhaps
    a second entry: the person is asked, and nothing typed is lost. Work and key are one transaction. Only
    an answer that leads on (a redirect) counts as done: a form that came back with a complaint may be
    posted again.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.was_let_in = False
        if request.method != "POST" or not request.user.is_authenticated:
            return self.get_response(request)
        try:
            key = once.key_of(request)
        except UnreadablePostError:  # the line broke: Django answers, nobody reads it
            key = None
        if key is None:
            return self.get_response(request)
        content = once.content_of(request)
        with transaction.atomic():
            posting, is_first = once.claim(key, content)
            if is_first:
                return self.first(request, posting)
        return self.again(request, posting, same=posting.content == content)

    def process_view(self, request, view, args, kwargs):
        request.was_let_in = True  # past log-in, token and first password: a redirect is the view's

    def first(self, request, posting):
        response = self.get_response(request)
        if response.status_code >= 500:
            transaction.set_rollback(True)
        elif request.was_let_in and 300 <= response.status_code < 400:
            posting.location = response["Location"]
            posting.said = json.dumps(
                messages.get_messages(request)._queued_messages, cls=MessageEncoder
            )
            posting.save(update_fields=["location", "said"])
        else:
            posting.delete()
        return response

    def again(self, request, posting, *, same):
        if same:
            for message in json.loads(posting.said, cls=MessageDecoder):
                messages.add_message(request, message.level, message.message, message.extra_tags)
            messages.info(request, "这张表单此前已经提交，没有重复登记。")
            return redirect(posting.location)
        sentence = "这张表单此前已经提交过，您这次填写的内容与上次不同，还没有登记。"
        if request.scripted:
            return HttpResponse(sentence, status=409)
        entries = [
            (name, value)
            for name, values in request.POST.lists()
            if name not in {"csrfmiddlewaretoken", once.FIELD}
            for value in values
        ]
        context = {
            "sentence": sentence,
            "posting": posting,
            "typed": typed_in(request),
            "entries": [] if request.FILES else entries,
            "files": [file.name for file in request.FILES.values()],
            "address": request.get_full_path(),
        }
        response = render(request, "posted.html", context, status=409)
        add_never_cache_headers(response)
        return response


class Refusals:
    """Turns a ``Refused`` into an answer for a person; views need no ``try``.

    A form that was posted comes back as a page that shows the sentence and everything typed, so that
    nothing is lost even where the view itself keeps nothing.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, error):
        if isinstance(error, PermissionDenied):
            if request.user.is_authenticated and request.method != "GET":
                record("access.denied", by=request.user, path=request.path, method=request.method)
            return None  # Django's own 403 page follows
        if not isinstance(error, Refused):
            return None
        if request.scripted:
            body = {"error": error.sentence}
            if isinstance(error, Conflict):
                body.update(theirs=error.theirs, who=error.who)
            if request.htmx:
                return HttpResponse(error.sentence, status=409)
            return JsonResponse(body, status=409)
        return render(
            request,
            "409.html",
            {
                "error": error,
                "typed": typed_in(request),
                "back": request.META.get("HTTP_REFERER", "/"),
            },
            status=409,
        )


def typed_in(request):
    """What a person typed or chose in the posted form, name → text; never a password or a code."""
    ours = {
        "csrfmiddlewaretoken",
        "version",
        "revision",
        "seen",
        "queue",
        "next",
        "token",
        once.FIELD,
    }
    return {
        key: value
        for key, value in request.POST.items()
        if value.strip() and key not in ours and "password" not in key and key != "code"
    }
