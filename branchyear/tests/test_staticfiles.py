"""Collected static files: what is kept, and what is compressed."""

import json

from django.core.management import call_command

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "branchyear.lib.staticfiles.CollectedFiles"},
}


def test_pages_get_compressed_hashed_files_and_the_error_page_its_plain_ones(settings, tmp_path):
    source = tmp_path / "static"
    source.mkdir()
    (source / "site.css").write_text("p { color: red }\n" * 500)
    (source / "print.otf").write_bytes(b"font" * 500)
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STORAGES = STORAGES

    call_command("collectstatic", interactive=False, verbosity=0)

    manifest = json.loads((settings.STATIC_ROOT / "staticfiles.json").read_text())["paths"]
    css, font = manifest["site.css"], manifest["print.otf"]
    assert {path.name for path in settings.STATIC_ROOT.iterdir()} == {
        "staticfiles.json", "site.css", "print.otf", css, f"{css}.gz", f"{css}.br", font,
    }  # fmt: skip
