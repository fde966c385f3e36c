"""Log-in, and what administrators may do in the admin site: it follows from their offices."""

from fnmatch import fnmatchcase

from django.conf import settings
from django.contrib.auth.backends import ModelBackend

from branches.roles import ADMIN_PERMISSIONS
from branches.scope import scope_of, with_offices


class AppointmentBackend(ModelBackend):
    """Password log-in as usual; permissions come from offices in force, not from rows of rights."""

    def user_can_authenticate(self, user):
        """A superuser has every right at once, which the three administrators were parted for
        (等保2.0: 管理用户的权限分离): in production he gets in by no door, nor stays in."""
        if settings.PRODUCTION and user.is_superuser:
            return False
        return super().user_can_authenticate(user)

    def get_user(self, user_id):
        """Whoever is signed in, with the offices of today: every page asks for both, so one statement reads both."""
        user = with_offices(user_id)
        if user is None:  # holds none
            return super().get_user(user_id)
        return user if self.user_can_authenticate(user) else None

    def has_perm(self, user_obj, perm, obj=None):
        if not user_obj.is_active:
            return False
        roles = scope_of(user_obj).roles
        return any(
            fnmatchcase(perm, pattern)
            for role, patterns in ADMIN_PERMISSIONS.items()
            if role in roles
            for pattern in patterns
        )

    def has_module_perms(self, user_obj, app_label):
        if not user_obj.is_active:
            return False
        roles = scope_of(user_obj).roles
        return any(
            pattern.split(".")[0] == app_label
            for role, patterns in ADMIN_PERMISSIONS.items()
            if role in roles
            for pattern in patterns
        )
