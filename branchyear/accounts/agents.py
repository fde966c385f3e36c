"""What a browser calls itself, in words a person knows from the icon he clicks on."""

# The first that stands in the text: every browser names others, too.
BROWSERS = (
    ("360", ("QIHU", "360SE", "360EE"), "360浏览器"),
    ("qax", ("Qaxbrowser",), "奇安信浏览器"),
    ("wechat", ("MicroMessenger",), "微信"),
    ("dingtalk", ("DingTalk",), "钉钉"),
    ("edge", ("Edg/", "Edge/"), "Edge 浏览器"),
    ("firefox", ("Firefox/",), "火狐浏览器"),
    ("chrome", ("Chrome/",), "谷歌内核浏览器"),
    ("safari", ("Safari/",), "Safari 浏览器"),
)
SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("Android", "安卓手机"),
    ("iPhone", "苹果手机"),
    ("Windows", "Windows 电脑"),
    ("Mac OS", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)


def name_of(agent):
    """ "Windows 电脑，谷歌内核浏览器"; honest about what it does not know."""
    system = next((word for sign, word in SYSTEMS if sign in agent), "")
    browser = next((word for _, signs, word in BROWSERS if any(s in agent for s in signs)), "")
    return "，".join(part for part in (system, browser) if part) or "其他设备"
