"""What the gas company of the demo consists of, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.documents import Json


@dataclass(frozen=True, slots=True)
class DemoQueue:
    """A queue of the demo."""

    key: str
    name: str
    priority: int
    service_level_seconds: int
    after_work_seconds: int
    disposition_required: bool
    hours: str | None = None  # the key of a calendar
    routing: Mapping[str, Json] = field(default_factory=dict)  # how its line is served


@dataclass(frozen=True, slots=True)
class DemoRule:
    """A routing rule of the demo; queue and skills by key."""

    name: str
    when: tuple[dict[str, Json], ...]
    queue: str | None = None
    skills: tuple[tuple[str, int], ...] = ()
    priority: int | None = None
    stop: bool = True


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A person of the demo; queues and skills by key."""

    login: str
    name: str
    role: str
    queues: tuple[str, ...] = ()
    skills: tuple[tuple[str, int], ...] = ()
    web_chats: int = 3


_OFFICE: Json = [{"from": "08:30", "to": "17:30"}]
# Calendars by key. No queue keeps to the office hours: the demo must work whenever it is tried.
CALENDARS: dict[str, dict[str, Json]] = {
    "always": {"name": "24 小时抢修", "week": [[{"from": "00:00", "to": "24:00"}]] * 7},
    "office": {"name": "咨询（工作日）", "week": [_OFFICE] * 5 + [[], []], "follows": "CN"},
}
_PATIENCE: Json = {
    "after": 120,
    "to": "message",
    "text": "正在排队的客户较多，请再稍等片刻。您也可以先把问题写下来，坐席接入后马上能看到。",
}
QUEUES = (
    DemoQueue(
        "repair",
        "报修",
        5,
        30,
        15,
        disposition_required=True,
        hours="always",
        routing={
            "strategy": "best_skill",
            "last_agent_seconds": 10,
            "relaxation": [{"after": 20, "lower": 2}, {"after": 40, "lower": 2}],
            "any_agent_after": 60,
            "overflow": [_PATIENCE],
        },
    ),
    DemoQueue(
        "question",
        "咨询",
        2,
        60,
        10,
        disposition_required=False,
        routing={
            "last_agent_seconds": 20,
            "relaxation": [{"after": 30, "lower": 2}],
            "any_agent_after": 90,
            "ageing": 1,
            "overflow": [_PATIENCE],
        },
    ),
    DemoQueue(
        "complaint",
        "投诉",
        3,
        45,
        20,
        disposition_required=True,
        routing={"strategy": "least_busy", "last_agent_seconds": 30, "overflow": [_PATIENCE]},
    ),
)
SKILLS = (("meter", "燃气表"), ("pipe", "管道"), ("bill", "账单"), ("english", "英语"))
RULES = (
    DemoRule(
        "疑似燃气泄漏",
        ({"field": "text", "op": "contains_any", "value": ["漏气", "煤气味", "燃气味", "泄漏", "报警"]},),
        queue="repair",
        priority=8,
    ),
    DemoRule(
        "贵宾优先",
        ({"field": "vip", "op": "is", "value": True},),
        priority=7,
        stop=False,  # the next rules say where he goes
    ),
    DemoRule(
        "账单页面",
        ({"field": "page", "op": "contains", "value": "/bill"},),
        queue="question",
        skills=(("bill", 5),),
    ),
)
PEOPLE = (
    DemoPerson("admin", "系统管理员", "admin"),
    DemoPerson("banzhang", "周班长", "supervisor"),
    DemoPerson("zhangmin", "张敏", "agent", ("repair", "question"), (("meter", 9), ("pipe", 7))),
    DemoPerson("liqiang", "李强", "agent", ("repair",), (("pipe", 10), ("meter", 6)), 2),
    DemoPerson("wangfang", "王芳", "agent", ("question", "complaint"), (("bill", 9),)),
    DemoPerson("chenjie", "陈洁", "agent", ("question",), (("bill", 7), ("english", 8)), 4),
    DemoPerson("zhaolei", "赵磊", "agent", ("repair", "complaint"), (("meter", 5), ("pipe", 5))),
    DemoPerson("sunyue", "孙悦", "agent", ("repair", "question", "complaint"), (("english", 6),)),
)
BREAK_REASONS = ("小休", "培训", "午餐")
# shortcut, title, text, keys of queues (none: all)
CANNED_REPLIES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("nh", "问候", "您好，这里是青山燃气客服，请问有什么可以帮您？", ()),
    ("sd", "稍等", "请您稍等，我马上为您查询。", ()),
    (
        "lq",
        "燃气泄漏",
        "请您立即关闭燃气阀门，打开门窗通风，不要开关任何电器，到室外后再打电话。抢修人员马上出发。",
        ("repair",),
    ),
    ("dz", "问地址", "请告诉我您的详细地址和联系电话，方便维修人员上门。", ("repair",)),
    ("bh", "问表号", "请您看一下燃气表面板上的表号（一般为 8 到 12 位数字）发给我。", ("repair", "question")),
    ("sm", "上门时间", "维修人员会在 2 小时内与您联系，请保持电话畅通。", ("repair",)),
    ("zd", "查账单", "请提供您的户号，我为您查询本期用气量和金额。", ("question",)),
    ("qj", "阶梯气价", "居民用气按年度阶梯计价，超出部分按高一档价格计算。", ("question",)),
    ("bq", "致歉", "给您带来不便，非常抱歉。我已记录您反映的情况，会在 24 小时内给您答复。", ("complaint",)),
    ("gb", "结束语", "感谢您的咨询，祝您生活愉快。如有需要请随时联系我们。", ()),
)
# reason, then the ones below it with the text they fill in
DISPOSITIONS: tuple[tuple[str, tuple[tuple[str, str | None], ...], tuple[str, ...]], ...] = (
    (
        "报修",
        (
            ("燃气表不走字", "用户反映燃气表不走字，需上门检查。"),
            ("灶具打不着火", "用户反映灶具打不着火。"),
            ("疑似泄漏", "用户反映闻到燃气味，已告知关阀、通风、撤离。"),
            ("停气", "用户反映家中无气。"),
        ),
        ("repair",),
    ),
    (
        "咨询",
        (("账单与气价", None), ("缴费方式", None), ("开户与过户", None), ("安检预约", None)),
        ("question",),
    ),
    ("投诉", (("服务态度", None), ("上门不及时", None), ("计费争议", None)), ("complaint",)),
    ("无效", (("骚扰或误拨", None), ("测试", None)), ()),
)
WIDGET: dict[str, Json] = {
    "title": {"zh-CN": "青山燃气在线客服", "en": "Qingshan Gas"},
    "greeting": {
        "zh-CN": "您好，欢迎来到青山燃气。请描述您的问题，坐席会尽快回复。",
        "en": "Welcome to Qingshan Gas. Tell us what it is about; somebody will answer shortly.",
    },
    "colour": "#0b6b5d",
    "offline": "message",
    "goodbye": "您有一段时间没有回复，本次会话先结束。需要时请随时再联系我们。",
}
