from django.apps import AppConfig


class BranchyearConfig(AppConfig):
    """The shell: installed so that its tags, commands and checks are found; owns no table."""

    name = "branchyear"
    verbose_name = "党支部基本建设年"

    def ready(self):
        from branchyear import checks  # noqa: F401  Django does not look for them itself
        from branchyear.words import speak_plainly

        speak_plainly()
