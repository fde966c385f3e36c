"""Print the table of resources for docs/api.md: ``python -m scripts.api_table``."""

import os


def rows():
    from branchyear.rest.resources import Changes, Makes
    from branchyear.urls import router

    for address, view, _ in router.registry:
        acts = [act.url_path for act in view.get_extra_actions()]
        makes = "✓" if issubclass(view, Makes) else ""
        changes = "✓" if issubclass(view, Changes) else ""
        yield f"| `{address}` | {view.tag} | `{view.group}` | ✓ | ✓ | {makes} | {changes} | {', '.join(acts)} |"


def main():
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "branchyear.settings")
    django.setup()
    print("| resource | 内容 | scope | list | read | create | change | acts |")
    print("|---|---|---|---|---|---|---|---|")
    print("\n".join(rows()))


if __name__ == "__main__":
    main()
