"""A back-up taken in: everything is checked before anything is touched, and held against the manifest after."""

import shutil
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from branchyear.audit import chain
from branchyear.backups import archive, engines
from branchyear.backups.errors import Impossible
from branchyear.lib import crypto

# Apps that an earlier release had installed: their migrations stand in a database that was upgraded, and always will.
GONE = {"authtoken"}


@dataclass
class Restored:
    """What was taken in, and what differs from the manifest (nothing, or the restore has failed)."""

    rows: int = 0
    files: int = 0
    links: int = 0
    behind: list[str] = field(
        default_factory=list
    )  # migrations of this code the back-up has not seen
    faults: list[str] = field(default_factory=list)


def is_empty():
    """Nobody works with this database yet: no tables, or no accounts."""
    with connection.cursor() as cursor:
        if "accounts_user" not in connection.introspection.table_names(cursor):
            return True
        cursor.execute("SELECT 1 FROM accounts_user LIMIT 1")
        return cursor.fetchone() is None


def restore(path, *, replace=False):
    """Take a back-up in; ``Impossible`` where that cannot be, with nothing changed.

    ``replace``: although there are accounts in the database, all of which is lost.
    """
    backup = archive.examine(path)
    manifest, database = backup.manifest, engines.engine()
    if manifest["engine"] != database.name:
        raise Impossible(
            f"备份来自 {manifest['engine']}，本机配置的是 {database.name}。请按备份的数据库类型设置 DATABASE_URL。"
        )
    here = {crypto.fingerprint(secret) for secret in crypto.secrets()}
    if manifest["key"] not in here:
        raise Impossible(
            f"FIELD_KEY 与备份时的不同，恢复后身份号码和电话将无法读出。请先设置原来的 FIELD_KEY（指纹 {manifest['key']}）；"
            "此后已更换密钥的，请把原来的写入 FIELD_KEY_FALLBACKS。"
        )
    if missing := [key for key in manifest.get("older_keys", ()) if key not in here]:
        raise Impossible(
            f"备份时正在更换密钥，部分数据仍由旧密钥加密。请把旧密钥（指纹 {'、'.join(missing)}）写入 FIELD_KEY_FALLBACKS。"
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = sorted(
        name for name in set(manifest["migrations"]) - known if name.partition(".")[0] not in GONE
    )
    if unknown:
        raise Impossible(f"备份来自较新的版本（{unknown[-1]}），请先升级程序再恢复。")
    if not replace and not is_empty():
        raise Impossible("数据库中已有账号。确需覆盖的，请加 --replace，现有数据将全部丢失。")
    result = Restored()
    with tempfile.TemporaryDirectory(prefix="restore-", dir=Path(path).parent) as folder:
        dump = Path(folder) / database.member
        with tarfile.open(path) as tar:
            for entry in tar:
                if entry.name == database.member:
                    # Copied by hand: Debian 12's Python 3.11.2 does not know tarfile's filters yet.
                    with tar.extractfile(entry) as content, dump.open("xb") as copy:
                        shutil.copyfileobj(content, copy)
                    break
        database.load(dump)
    with tarfile.open(path) as tar:
        for entry in tar:
            if entry.name.startswith(archive.FILES):
                _keep(entry.name.removeprefix(archive.FILES), tar.extractfile(entry))
                result.files += 1
    _compare(manifest, result)
    return result


def _keep(name, content):
    """The file under its very name, whatever lay there."""
    default_storage.delete(name)
    kept = default_storage.save(name, content)
    if kept != name:
        raise Impossible(f"文件 {name} 不能以原名保存。数据库已恢复，文件没有恢复完，请重新恢复。")


def _compare(manifest, result):
    """The database as it is now against what the manifest says of the one backed up."""
    facts = engines.facts_now()
    rows = facts["rows"]
    result.rows = sum(rows.values())
    for table, told in manifest["rows"].items():
        if rows.get(table) != told:
            result.faults.append(f"{table}：备份时{told}行，现有{rows.get(table)}行。")
    if facts["migrations"] != manifest["migrations"]:
        result.faults.append("数据库结构版本与备份时不同。")
    loader = MigrationLoader(connection)
    leaves = {f"{app}.{name}" for app, name in loader.graph.leaf_nodes()}
    result.behind = sorted(leaves - set(manifest["migrations"]))
    position, _, digest = manifest["audit_head"].partition(":")
    verdict = chain.verify(expect=(int(position), digest) if int(position) else None)
    result.links = verdict.links
    result.faults += verdict.faults
