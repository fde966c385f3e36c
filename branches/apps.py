from django.apps import AppConfig


class BranchesConfig(AppConfig):
    """The organisation tree, the offices held in it, and therefore who sees what."""

    name = "branches"
    verbose_name = "党组织"

    def ready(self):
        from branches.second_factor import asks
        from branches.words import of_organizations
        from branchyear.accounts import passwords, views_account

        passwords.words_about.append(of_organizations)
        views_account.asked_of.append(asks)
