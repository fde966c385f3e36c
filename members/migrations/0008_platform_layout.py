from django.db import migrations

# 党建e家 publishes no layout: these columns are inferred (推断) from what its forms usually ask. An
# administrator mends them once the real template is at hand.
NAME = "党建e家"
COLUMNS = [
    ("branch", "所在党支部", ""),
    ("name", "姓名", ""),
    ("id_number", "公民身份证号码", ""),
    ("sex", "性别", ""),
    ("ethnicity", "民族", ""),
    ("birth_date", "出生日期", "day_digits"),
    ("education", "学历", ""),
    ("category", "人员类别", ""),
    ("admitted_on", "加入中共组织日期", "day_digits"),
    ("formal_on", "转为正式党员日期", "day_digits"),
    ("worked_from", "参加工作日期", "day_digits"),
    ("post", "工作岗位", ""),
    ("joined_branch_on", "进入党支部日期", "day_digits"),
    ("phone", "手机号码", ""),
    ("native_place", "籍贯", ""),
    ("remarks", "备注", ""),
]


def add(apps, schema_editor):
    profiles = apps.get_model("members", "RosterProfile")
    columns = apps.get_model("members", "RosterProfileColumn")
    profile, is_new = profiles.objects.get_or_create(
        name=NAME,
        defaults={
            "source": "inferred",
            "note": "列标题和次序为推断，未经“党建e家”系统确认；取得正式模板后请在此修改。",
        },
    )
    if is_new:
        for order, (field, title, form) in enumerate(COLUMNS, 1):
            columns.objects.create(
                profile=profile, order=order * 10, field=field, title=title, form=form
            )


def remove(apps, schema_editor):
    apps.get_model("members", "RosterProfile").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [("members", "0007_roster_uploads")]
    operations = [migrations.RunPython(add, remove)]
