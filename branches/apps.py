from django.apps import AppConfig


class BranchesConfig(AppConfig):
    """The organisation tree, the offices held in it, and therefore who sees what."""

    name = "branches"
    verbose_name = "党组织"
