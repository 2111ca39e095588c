/** The settings pages. */
export const settings = {
  page: {
    queues: '队列', skills: '技能', rules: '路由规则', calendars: '日历', interrupts: '打断', 'canned-replies': '常用语', dispositions: '小结', 'break-reasons': '小休原因', inboxes: '渠道入口', users: '用户', deliveries: '未送达',
  },
  add: '新建', create: '创建', save: '保存：{fields}', saved: '已保存 {name}', nothing_changed: '没有改动', undo: '还原', remove: '删除', removed: '已删除 {name}',
  remove_title: '删除 {name}', remove_text: '删除后不能恢复。请输入名称「{name}」来确认。',
  empty: '还没有内容', choose: '从左边选一项', gone: '这一项不存在，可能已被删除', no_match: '没有匹配「{words}」的内容', clear_search: '清除搜索',
  leave_title: '离开这一页', leave_text: '还没有保存：{fields}', stay: '留下', leave: '放弃改动',
  not_allowed: '你没有这个页面的权限', not_allowed_hint: '需要的话请联系管理员。',
  seconds: '秒', minutes: '分钟', all_queues: '全部队列',
  field: {
    name: '名称', offer_seconds: '派送时限', service_level_seconds: '服务水平', after_work_seconds: '话后处理', disposition_required: '小结必选', priority: '优先级', skills: '所需技能',
    shortcut: '快捷词', title: '标题', text: '内容', queues: '队列', parent: '上级', fill_text: '自动填写的说明', channel: '渠道', queue: '队列', enabled: '启用', hours: '服务时间', settings: '渠道设置',
    login: '登录名', password: '密码', roles: '角色', agent: '接会话', locale: '语言', disabled: '停用',
  },
  queues: {
    hint: '会话在队列中等待坐席', add: '新建队列', offer_hint: '坐席在这段时间内没有接入，就派给下一位', level_hint: '客户最多等多久；到 70% 变黄，到时变红', after_hint: '结束会话后留给坐席的时间，0 表示没有',
    priority_hint: '数字大的先派送，从 0 到 10', disposition_hint: '打开后，不选小结不能结束会话', skills_hint: '没有另外指定时，会话需要的技能等级', effect: '{n} 个排队中的会话将按新设置派送',
  },
  skills: {
    hint: '等级从 1 到 10，– 表示不会', add: '新建技能', edit: '修改技能 {name}', agent: '坐席', search: '搜索坐席', save: '保存 {n} 处改动', saved: '已保存 {n} 处改动', level_of: '{name} 的等级',
    none: '还没有技能', none_hint: '先新建技能，再给坐席定等级。', no_agents: '还没有坐席', no_agents_hint: '在「用户」中打开「接会话」。',
  },
  canned: {
    hint: '坐席输入 / 加快捷词就能用', add: '新建常用语', shortcut_hint: '不含空格，例如 hello 或 你好', variables: '可用变量：', preview: '效果', example_contact: '王女士', example_queue: '报修',
  },
  dispositions: {
    hint: '结束会话时选的小结，分两级', add: '新建小结', top: '第一级', parent_hint: '选一个上级就成为第二级', has_below: '下面还有小结，只能留在第一级', fill_hint: '选中这一项时填进说明，坐席可以再改',
  },
  breaks: { hint: '坐席小休时选的原因', add: '新建小休原因', name_hint: '例如 午餐、培训、会议' },
  inboxes: {
    hint: '客户从这里进来', add: '新建渠道入口', off: '已停用', queue_hint: '从这里来的会话进入这个队列', enabled_hint: '停用后，客户不能从这里发消息', off_effect: '停用后，网页上的客户马上不能再发消息',
    script: '网页代码', script_hint: '把这一行放进网站页面的 </body> 之前', copy: '复制', copied: '已复制', copy_by_hand: '浏览器不允许复制，请手动选中后复制', try: '打开整页聊天',
    words: '对客户说的话', title: '标题', title_en: '标题（英文）', title_hint: '聊天窗口的标题，不填用入口的名称', greeting: '问候语', greeting_en: '问候语（英文）', greeting_hint: '客户打开聊天时先看到，例如：您好，请问有什么可以帮您？', goodbye: '结束语', goodbye_hint: '因客户没有回复而自动结束时发送',
    offline: '没有人时', offline_message: '请客户留言', offline_none: '只说明服务时间', looks: '外观和来源', colour: '标题栏颜色', colour_hint: '用公司的颜色，只用在标题栏', usual: '默认',
    origins: '允许的网站', origins_hint: '放网页代码的网站，一行一个；不填只允许本站，* 表示不限', ending: '自动结束', silent_after: '客户多久没有回复就结束', left_after: '客户离开多久就结束', reopen_within: '结束后多久内再来信算同一会话', reopen_hint: '超过这段时间，新消息开始新的会话', zero_never: '0 表示从不，不填用默认值',
  },
  hours: {
    hint: '服务时间以外，客户看到服务时间并可以留言', always: '全天服务', closed: '休息', from: '{day} 开始', to: '{day} 结束', add: '{day} 加一段', drop: '{day} 去掉这一段',
    add_day: '加一个特殊日期', drop_day: '去掉这天',
  },
  users: {
    hint: '可以登录的人', add: '新建用户', disabled: '已停用', login_hint: '以后不能改', password_hint: '至少 10 个字符，请告诉本人登录后修改', new_password: '设置新密码', new_password_hint: '不改就留空；改后此人需要重新登录',
    agent_hint: '打开后可以接会话', not_yourself: '不能停用自己', disabled_hint: '停用后不能登录，记录仍保留', disabled_effect: '停用后此人马上退出，手上的会话退回队列',
  },
  profile: {
    title: '接会话的设置', hint: '技能等级在「技能」页设置', no_queues: '不在任何队列', room: '同时处理的会话', room_hint: '没有另外规定的渠道', room_webchat: '其中网页会话', room_webchat_hint: '不填则与上面相同', save: '保存接会话的设置', saved: '已保存接会话的设置',
  },
  deliveries: {
    failed: '失败', unknown: '不确定', hint_failed: '渠道没有送达的消息', hint_unknown: '渠道没有确认的消息，可能已送达；重发前请先看会话', none_failed: '没有发送失败的消息', none_unknown: '没有不确定的消息',
    none_hint: '渠道出问题时，没送到的消息会出现在这里。', tries: '试了 {n} 次', open: '看会话', replay: '重发', replayed: '已重新发送',
  },
}
