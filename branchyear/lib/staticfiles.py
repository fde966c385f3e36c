"""Static files: hashed names for pages, plain names for the error page, compressed once."""

from django.conf import settings
from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedFiles(CompressedManifestStaticFilesStorage):
    """Compresses the hashed names only.

    Every page asks for those. The plain names stay for 500.html, which has to show when nothing
    else does; compressing both doubled the longest part of a first start.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.known = {}

    def url(self, name, force=False):
        """A page names some thirty; what was collected stays as it is while a process lives."""
        if force or settings.DEBUG:
            return super().url(name, force)
        if name not in self.known:
            self.known[name] = super().url(name)
        return self.known[name]

    def compress_files(self, paths):
        return super().compress_files(set(paths) & set(self.hashed_files.values()))
