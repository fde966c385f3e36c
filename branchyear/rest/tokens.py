"""Who asks: a person's browser (session), or a program with one of the person's keys."""

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

from branchyear.audit import context
from branchyear.rest.errors import Problem
from branchyear.tokens import services
from branchyear.tokens.models import ApiToken
from branchyear.tokens.scopes import ACCESS, GROUPS, allows

WORDS = (b"bearer", b"token")
WRONG = "接口密钥无效、已过期或已收回，请到“我的账号—接口密钥”核对。"


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer jcjs_…``. Wrong keys are counted by address: nobody tries on and on."""

    def authenticate(self, request):
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() not in WORDS:
            return None
        key = parts[1].decode("latin-1") if len(parts) == 2 else ""
        token, now = services.find(key), timezone.now()
        if token is None:
            _count_wrong()
            raise AuthenticationFailed(WRONG)
        # A closed account's keys are dead; so are those of one whose password was reset, until it is chosen anew.
        user = token.user
        if token.revoked_at or token.expires_at <= now or not user.is_active:
            raise AuthenticationFailed(WRONG)
        if user.must_change_password:
            raise AuthenticationFailed("请先登录网页修改初始密码，此前接口密钥不能使用。")
        services.note_use(token, ip=context.ip.get(), now=now)
        return user, token

    def authenticate_header(self, request):
        return 'Bearer realm="api"'


def _count_wrong():
    """By address, so that nobody tries on and on. A right key from the same address is let in all the same: behind
    one address sits a whole building, and nobody guesses 256 bits."""
    name = f"api-wrong-keys:{context.ip.get()}"
    wait = int(settings.API_WRONG_KEYS_FOR.total_seconds())
    cache.add(name, 0, wait)
    try:
        tried = cache.incr(name)
    except ValueError:  # it went in this very moment
        tried = 1
    if tried > settings.API_WRONG_KEYS:
        sentence = "错误的密钥过多，请稍后再试。"
        raise Problem(429, "throttled", sentence, headers={"Retry-After": str(wait)})


class InScope(BasePermission):
    """A key opens what it was made for; the person's own rights are asked by the services all the same."""

    def has_permission(self, request, view):
        if not isinstance(request.auth, ApiToken):
            return True
        group = getattr(view, "group", None)
        writing = request.method not in {"GET", "HEAD", "OPTIONS"}
        if group is None or allows(request.auth.scopes, group, writing=writing):
            return True
        wanted = ACCESS["write" if writing else "read"]
        self.message = f"这个接口密钥没有“{GROUPS[group]}”的{wanted}权限。"
        return False
