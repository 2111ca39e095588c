/** The desk itself: lists, offers, timeline, composer, customer. */
export const desk = {
  state: { bot: '机器人', waiting: '排队', offered: '派送中', assigned: '处理中', snoozed: '稍后处理', closed: '已结束', continued: '已转入新会话' },
  list: {
    label: '会话列表', lists: '列表', queues: '各队列', mine: '我的', queue: '队列', all: '全部', closed: '已结束', all_queues: '全部队列',
    waiting_count: '{n} 个排队', unread: '{n} 条未回复', rated: '满意度 {score} 星', nothing_said: '还没有消息', you: '你', bot: '机器人', by: '{who}：{text}',
    wait_calm: '已等待 {time}', wait_late: '已等待 {time}，接近服务水平', wait_over: '已等待 {time}，超过服务水平', see_queues: '看看队列',
    empty_mine: '你手上没有会话', empty_mine_hint: '就绪后，新会话会派送到这里；也可以从队列中接入。',
    empty_mine_viewer_hint: '你的账号不接会话，可以查看全部会话。', see_all: '查看全部',
    empty_queue: '没有会话在排队', empty_queue_hint: '客户发来消息后，会按到达顺序出现在这里。',
    empty_all: '没有进行中的会话', empty_all_hint: '这里显示你能看到的所有未结束会话。',
    empty_closed: '还没有结束的会话', empty_closed_hint: '结束的会话保留在这里，可以重新打开。',
  },
  offer: {
    title: '新派送：{name}', aloud: '新派送：{name}，队列 {queue}，{seconds} 秒内有效。按 A 接入，按 D 拒绝。',
    waited: '已等待', learned: '转入说明：{text}', why: '派给你：{facts}', accept: '接入', decline: '拒绝', somebody: '一位坐席',
    ended_expired: '{name} 的派送已过时，转给下一位', ended_withdrawn: '{name} 的派送已撤回', ended_gone: '{name} 已离开，派送取消',
  },
  why: {
    longest_idle: '空闲最久（{time}）', waited: '客户已等 {time}', skill: '需要「{skill}」{level} 级以上',
  },
  conversation: {
    back: '返回列表', more: '更多操作', pull: '接入', reopen: '重新打开', copy_link: '复制链接', link_copied: '链接已复制',
    also_viewing: '{names} 也在看', snoozed_until: '稍后处理至 {time}', customer_left: '客户已离开',
    none_open: '选择一个会话', none_open_hint: '用 J、K 在列表中移动，回车打开。', read_only: '你可以查看这个会话，不能回复。',
    is_closed: '会话已结束', is_continued: '客户又来了，已转入新会话', is_waiting: '正在排队', is_offered: '正在派送给 {name}',
    is_bot: '机器人正在接待', is_offered_you: '正在派送给你', is_snoozed: '稍后处理，{time} 回到列表', wake: '现在处理', is_theirs: '{name} 正在处理',
  },
  timeline: {
    label: '会话内容', loading_older: '正在载入更早的内容', beginning: '会话从这里开始', new: '新消息', latest: '回到最新', latest_new: '{n} 条新消息',
    typing: '{names} 正在输入…', typing_short: '正在输入…', redacted: '内容已删除', download: '下载 {name}', events: '{n} 条事件',
  },
  note: { internal: '内部备注，客户看不到', by: '备注（{name}）' },
  event: {
    agent: '坐席', customer: '客户', system: '系统', with_note: '{text}：{note}',
    queued: '进入队列 {queue}', queued_bot: '机器人转人工，进入队列 {queue}', queued_agent: '{who} 转接到队列 {queue}',
    offered: '派送给 {agent}', offer_declined: '派送被拒绝', offer_expired: '派送未应答', offer_gone: '派送取消，客户已离开', offer_withdrawn: '派送已撤回',
    assigned_accept: '{agent} 接入', assigned_pull: '{agent} 从队列接入', assigned_transfer: '{who} 转接给 {agent}', assigned_reopen: '{agent} 重新打开',
    released: '坐席离线，退回队列', closed_done: '{who} 结束了会话', closed_left: '客户离开，会话结束', closed_idle: '客户长时间没有回复，会话结束',
    closed_bot: '机器人结束了会话', closed_as: '{text}（小结 {disposition}）', continued: '转入新会话', snoozed: '{who} 稍后处理，至 {time}', woken: '到时间了，重新处理',
    left: '客户离开了页面', returned: '客户回到了页面', rated: '满意度 {score} 星',
    erased: '{who} 删除了第 {n} 条的内容',
    bot_gone: '机器人已停用，转由人工处理', bot_slow: '机器人没有及时回答，转由人工处理',
    bot_failed: '机器人出了错，转由人工处理', bot_no_queue: '机器人要转去的队列不存在，转由人工处理',
  },
  delivery: {
    sending: '发送中', sent: '已发送', delivered: '已送达', read: '已读', failed: '发送失败', unknown: '不确定是否送达', again: '再发一次', take_back: '放回输入框',
    failed_why: '没有送达：{why}', no_reason: '渠道没有说明原因', unknown_why: '渠道没有确认，可能已送达；再发前请先问问客户', not_sent: '没有发出：{why}',
  },
  composer: {
    label: '写消息', kind: '写给谁', reply: '回复', note: '备注', send: '发送', send_key: '回车发送，Shift+回车换行', add_note: '添加备注',
    reply_hint: '回复客户，输入 / 选常用语', note_hint: '写给同事，客户看不到', canned: '常用语', canned_key: '常用语（/）', no_canned: '还没有常用语，请管理员在设置中添加', no_match: '没有匹配的常用语',
    emoji: '表情', attach: '添加文件', files: '要发送的文件', remove: '移除 {name}', drop: '松开鼠标，添加文件',
  },
  transfer: {
    button: '转接', title: '转接 {name}', to: '转接给', queue: '队列', agent: '坐席', note: '备注', note_hint: '告诉接手的人：客户要什么，已经做了什么', confirm: '转接',
    done: '{name} 已转接给 {to}', here_now: '当前队列', load: '{open}/{room} 个会话', no_queue: '没有这样的队列', no_agent: '没有这样的坐席',
  },
  close: {
    button: '结束', title: '结束与 {name} 的会话', disposition: '小结', required: '必选', no_dispositions: '还没有小结可选，请管理员在设置中添加', summary: '说明',
    summary_hint: '处理结果，给以后看的人', confirm: '结束会话', choose_first: '请先选小结', done: '已结束与 {name} 的会话', new_messages: '客户刚发来新消息，请先看过再结束',
  },
  snooze: { half_hour: '30 分钟后处理', two_hours: '2 小时后处理', tomorrow: '明早处理', next_week: '下周一处理', done: '{name} 稍后处理，到时间会回到列表' },
  contact: {
    panel: '客户资料', customer: '客户', history: '历史', name: '姓名', vip: 'VIP 客户', unnamed: '访客', address: '地址', claimed: '客户自述', claimed_hint: '由网页提供，未经核实',
    this_conversation: '本次会话', began: '开始', queue: '队列', skills: '所需技能', skill_level: '{skill} {level} 级', page: '来自页面', rating: '满意度', stars: '{n} 星',
    why_me: '为什么给我', first_time: '第一次联系', first_time_hint: '这位客户以前没有会话。',
  },
  attribute: { name: '姓名', email: '邮箱', phone: '电话', page: '页面地址', locale: '语言', url: '页面地址', title: '页面', page_url: '页面地址', page_title: '页面', address: '地址', meter: '表号', account: '户号' },
}
