"""Static files: hashed names for pages, plain names for the error page, compressed once."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedFiles(CompressedManifestStaticFilesStorage):
    """Compresses the hashed names only.

    Every page asks for those. The plain names stay for 500.html, which has to show when nothing
    else does; compressing both doubled the longest part of a first start.
    """

    def compress_files(self, paths):
        return super().compress_files(set(paths) & set(self.hashed_files.values()))
