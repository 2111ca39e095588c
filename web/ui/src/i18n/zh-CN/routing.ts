/** How queues choose, rules, calendars: the settings of routing. */
export const routing = {
  field: {
    group: '分组', strategy: '分配策略', order: '顺序', last_agent_seconds: '上次的坐席优先', relaxation: '放宽步骤', any_agent_after: '任意坐席', ageing: '优先级老化', overflow: '溢出',
    offer_seconds_by_channel: '各渠道的派送时限', service_level_percent: '服务水平的比例', hours: '服务时间',
    inboxes: '渠道入口', when: '条件', then: '结果', stop: '到此为止',
    timezone: '时区', week: '每周', special: '特殊日期', follows: '法定节假日', on_holidays: '节假日的时间', makeup_as: '调休上班日',
  },
  span: { seconds: '{n} 秒', minutes: '{n} 分钟', hours: '{n} 小时', same: '= {span}' },
  section: {
    chosen: '选谁', waits: '等待过程', waits_hint: '客户在这个队列里等待时，从进入队列算起。线越细，要求越低。', order: '先后', offers: '派送和服务水平', after: '结束之后和分组',
  },
  strategy: {
    longest_idle: '空闲最久', longest_idle_hint: '派给空闲时间最长的坐席', least_busy: '最不忙', least_busy_hint: '派给手上会话最少的坐席', round_robin: '轮流', round_robin_hint: '派给最久没有收到派送的坐席',
    best_skill: '技能最高', best_skill_hint: '派给所需技能等级之和最高的坐席', linear: '固定顺序', linear_hint: '总是从排在最前的坐席问起',
  },
  order: { add: '加一位坐席', remove: '去掉 {name}', rest: '没有列出的坐席排在后面，空闲最久的在先', stranger: '不在这个队列' },
  up: '{name} 上移', down: '{name} 下移',
  last_agent_hint: '客户再来时，在这段时间内只派给上次接待他的坐席（不在线时不等），0 表示不用',
  group_hint: '一起分配的队列在同一个分组；一般不用改，有未结束的会话时不能改',
  line: {
    title: '等待过程的时间线', start: '0', alone: '先只给上次的坐席', asks: '要求：', asks_any: '任意坐席', asks_given: '会话要求的技能', asks_lower: '各项要求降 {n} 级', asks_without: '不要求 {skills}',
    level: '{skill} ≥ {level}', moved: '在另一个队列等待', lower: '放宽 {n} 级', drop: '不再要求 {skills}', relax_nothing: '放宽（还没有内容）', any: '任意坐席', alone_ends: '不再只等上次的坐席', promise: '服务水平 {percent}%',
    to_queue: '→ {queue}', some_queue: '另一个队列', to_message: '提示', to_voicemail: '请客户留言', to_number: '转到 {number}', to_callback: '提议回呼', kind_overflow: '溢出：', kind_relax: '放宽：',
  },
  relax: {
    title: '放宽', after: '等了', after_of: '第 {n} 步放宽的时间', lower: '要求降', lower_of: '第 {n} 步降几级', levels: '级', drop_none: '技能都还要求', drop_of: '第 {n} 步不再要求的技能', remove: '去掉第 {n} 步放宽', add: '加一步放宽',
    any: '最后任意坐席都能接', any_after: '多久之后任意坐席',
  },
  overflow: {
    title: '溢出', message: '发一条提示', queue: '转到另一个队列', callback: '提议回呼', voicemail: '请客户留言', number: '转到外部号码', after_of: '第 {n} 步溢出的时间', to_of: '第 {n} 步溢出做什么',
    which_queue: '哪个队列', which_number: '号码', text: '对客户说的话', text_of: '第 {n} 步对客户说的话', remove: '去掉第 {n} 步溢出', add: '加一步溢出',
    usual_message: '现在排队的人较多，请稍等，我们会尽快接待。', usual_voicemail: '现在没有空闲的坐席，请留言，我们会尽快回复。', usual_callback: '现在排队的人较多。留下联系方式，我们会回电，排队的位置为你保留。',
  },
  ageing: {
    unit: '分 / 等待 1 分钟', strict: '优先级高的总排在前面，不管低的等了多久；同级按先来后到。', means: '优先级高 {points} 的客户，最多可以超过早到 {span} 以内的客户；来得更早的不会被超过。',
  },
  offer: { of: '{channel} 的派送时限', drop: '{channel} 不另外规定', add: '给一个渠道另外规定' },
  level: { percent: '服务水平的比例', within: '% 的客户在', answered: '内被接起' },
  caution: {
    nobody_works_here: '这个队列没有坐席，来的会话没有人能接。在“用户”里把坐席加进来。', nobody_has_skill: '没有坐席的 {skill} 达到 {level} 级（最高 {best}），放宽后也不够。', order_names_strangers: '顺序里有人不在这个队列，不会派给他们。',
    relaxation_without_skills: '队列自己不要求技能，放宽只对路由规则或转接要求了技能的会话有用。', no_hours: '没有选日历，随时都算营业。', outcome_not_possible: '现在的渠道都做不了这一步，到时会跳过。',
  },
  problem: {
    count: '有 {n} 处要改，见上面标红的地方。', other: '服务器说明：{words}', rising: '每一步要比前一步晚。', step_empty: '这一步什么都没有放宽。', after_any: '这时任意坐席都能接了，再放宽没有用。', no_queue: '没有这个队列。', loop: '这样会绕回本队列。',
    not_last: '转到另一个队列要放在最后一步。', number_missing: '请填外部号码。', text_missing: '请填对客户说的话。', name_taken: '名称已有人用，请换一个。', no_calendar: '没有这个日历。', no_such: '选中的已经不存在，请重选。',
    overlap: '{what} 和 {other} 重叠了。', no_length: '结束和开始相同；全天写 00:00–24:00。', begins_late: '24:00 不能作开始，请写在第二天。', no_zone: '没有这个时区，例如 Asia/Shanghai。', no_day: '没有这个日期。', ends_early: '结束早于开始。',
    twice: '{what} 说了两次。', nothing_between: '前一个数要不大于后一个。', no_effect: '什么结果都没有，又接着往下看，等于没有这条规则。', key: '请填客户资料的字段名（不含点）。', least: '不能小于 {what}。', most: '不能大于 {what}。', form: '格式不对。', missing: '请填写。',
  },
  quoted: '“{word}”', until: ' 到 ', condition: '{subject} {op} {value}', contact_field: '客户资料 {key}',
  subject: { channel: '渠道', inbox: '渠道入口', text: '第一句话', contact: '客户资料', hours: '日历', hour: '几点', weekday: '星期', vip: '贵宾', language: '语言', page: '来自网页' },
  op: { is: '是', is_not: '不是', contains: '包含', contains_any: '包含其中之一', starts_with: '开头是', matches_none: '都不包含', between: '在…之间', open: '营业时', closed: '休息时', at_least: '至少', one_of: '是其中之一', none_of: '都不是', from_hour: '不早于' },
  language: { zh: '中文', en: '英文' },
  outcome: { queue: '进入 {queue}', skills: '要求 {skills}', no_skills: '不要求技能', priority: '优先级 {n}', vip: '算贵宾', not_vip: '不算贵宾', nothing: '没有结果' },
  rule: {
    hint: '会话开始时从上往下看，决定去哪个队列、要求什么；顺序和开关马上生效', add: '新建规则', all_inboxes: '全部渠道入口', when: '条件（都成立才算）', always_hint: '没有条件：总是成立。', and: '并且', add_condition: '加一个条件', then: '结果', then_hint: '没有说的，由后面的规则或队列决定。',
    unsaid: '不说', unsaid_queue: '不说（由渠道入口决定）', say_skills: '另外要求技能', skills_hint: '代替队列自己要求的技能；都不选就是不要求技能。', say_priority: '说优先级', vip_hint: '只对后面的规则有效，并记在会话里，不改客户资料。',
    stop_hint: '成立后不再看后面的规则。', go_on_hint: '成立后继续看后面的规则；前面说过的不变。', goes_on: '继续往下', never: '永远轮不到：{by} 总是先成立并停止', enabled_of: '启用 {name}',
    field_of: '第 {n} 个条件看什么', op_of: '第 {n} 个条件怎么比', value_of: '第 {n} 个条件的值', key: '字段名，例如 level', choose: '请选', words: '输入一个词后按回车', plain: '文字、数字、true 或 false', choose_calendar: '哪个日历', from: '从', to: '到', drop: '去掉第 {n} 个条件',
  },
  try: {
    open: '试一试', title: '试一试规则', hint: '假设有一个会话这样开始，看每条规则怎么判断；停用的规则也会试，但不算数。', text: '客户的第一句话', any_inbox: '不指定', unknown: '不知道', page: '所在网页', at: '时间（不填就是现在）', attributes_hint: '一行一个，例如 level=gold', run: '试一试',
    result: '结果', nothing: '没有规则成立', placed: '会进入 {queue}，{skills}，优先级 {n}', no_skills: '不要求技能', nowhere: '没有规则指定队列，也没有选渠道入口，所以不知道进入哪个队列。', moment: '按 {time} 算（{day} {hour} 点）',
    held: '成立', off: '已停用', elsewhere: '不管这个入口', failed: '不成立', not_reached: '没有轮到', is_so: '成立：', is_not_so: '不成立：', no_conditions: '没有条件，总是成立',
  },
  calendar: {
    hint: '什么时候有人接待；队列和渠道入口按它判断是否营业', add: '新建日历', days_open: '每周 {n} 天', week_hint: '例如 830 就是 08:30；结束早于开始表示到第二天。', copy: '把{day}的时间复制到其他天', to_workdays: '复制到周一至周五', to_weekend: '复制到周末', to_all: '复制到每天',
    special_hint: '先看特殊日期，再看法定节假日，最后看每周。', special_name: '名称，例如 年会', first: '第一天', last: '最后一天',
    follow_cn: '跟随中国法定节假日及调休', follow: '跟随{country}的法定节假日', known: '已有 {first} 到 {last} 年的安排。{next} 年的还没有公布，公布并升级后才会跟随；在那之前按每周的时间。', holidays_hint: '不填表示节假日休息', holiday: '节假日', makeup_hint: '调休要上班的周末用哪天的时间', as_day: '按{day}的时间',
    preview: '月历', before: '上个月', next: '下个月', as_kept: '显示的是已保存的日历，保存后更新。', not_published: '{year} 年的放假安排还没有公布，这里先按每周的时间显示。', makeup: '{name}调休上班', whole_day: '全天',
    open_until: '现在营业，到 {time}', open_always: '现在营业，一直不休息', closed_until: '现在休息，{time} 开始', closed_always: '现在休息，一年内都不营业',
  },
  matrix: {
    hint: '坐席手上有一个渠道的会话时，另一个渠道的新会话能不能派给他。电话这类实时渠道默认独占。', corner: '新会话', holds: '手上有{channel}', fresh: '新的{channel}', live: '实时', same: '看同时处理数', may: '可以派', may_not: '不派', cell: '手上有{held}时派新的{fresh}', save: '保存 {n} 处改动',
    one_channel: '现在只接了一个渠道：{channel}', one_channel_hint: '接入第二个渠道后，可以在这里设置它们能不能互相打断。现在由每个坐席的同时处理数决定。',
  },
}
