/** Around the pages: sign-in, presence, search, account. */
export const shell = {
  common: {
    cancel: '取消', save: '保存', edit: '编辑', close: '关闭', back: '返回', more: '更多', search: '搜索',
    try_again: '重试', reload: '刷新', dismiss: '知道了', on: '开', off: '关', yes: '是', no: '否', comma: '、',
  },
  nav: { label: '主导航', inbox: '收件箱', queues: '队列', settings: '设置', skip: '跳到正文' },
  signin: {
    title: '登录 OmniHub', login: '登录名', password: '密码', submit: '登录',
    both: '请填写登录名和密码', ended: '登录已失效，请重新登录；未发送的内容已保存在本机。',
  },
  presence: {
    label: '我的状态', ready: '就绪', busy: '已满', after_work: '话后处理', break: '小休', unresponsive: '未应答', offline: '离线',
    offline_hint: '退回未结束的会话', go_ready: '就绪', end_after_work: '结束话后处理',
    not_responding_line: '未应答：上一个派送没有接入，暂不派送新会话', back_to_ready: '回到就绪',
  },
  connection: { lost: '正在重连，内容已保存', caught_up: '已重新连接，内容已全部补齐' },
  search: {
    open: '搜索客户和会话', title: '搜索', placeholder: '姓名、地址或会话内容', conversations: '会话', contacts: '客户',
    none: '没有找到，换个词试试', of: '{name} 的会话',
  },
  keys: {
    title: '键盘快捷键', move: '在列表中上下移动', open: '打开会话', back: '离开输入框，或回到列表', offer: '接入或拒绝派送',
    write: '写回复或备注', canned: '在回复中打开常用语', newline: '换行', search: '搜索',
  },
  account: {
    title: '我的账号', menu: '我的菜单', language: '语言', looks: '显示', theme: '主题', theme_hint: '只对这台电脑有效',
    theme_auto: '跟随系统', theme_light: '浅色', theme_dark: '深色', sign_out: '退出登录', gives_back: '退回 {n} 个会话',
    password: '修改密码', password_current: '当前密码', password_next: '新密码', password_again: '再输一次新密码',
    password_hint: '至少 10 个字符，越长越安全', password_differs: '两次输入的新密码不一样', password_save: '修改密码',
    password_changed: '密码已修改，其他设备需要重新登录',
  },
  alerts: {
    title: '提醒', sound: '声音提醒', sound_hint: '有派送或新消息时响一声', desktop: '桌面通知', desktop_hint: '窗口不在最前面时弹出通知',
    desktop_on: '开', desktop_off: '关', desktop_blocked: '被浏览器禁止', desktop_impossible: '不可用',
    desktop_blocked_why: '浏览器禁止了本站的通知，请在地址栏左侧的网站设置中允许。',
    desktop_impossible_why: '浏览器只在 https 或本机地址上允许桌面通知，请联系管理员。',
  },
  time: { now: '刚刚', minutes: '{n} 分钟', hours: '{n} 小时', today: '今天', yesterday: '昨天' },
  channel: { webchat: '网页', wechat: '微信', email: '邮件', sms: '短信', telegram: 'Telegram', voice: '电话' },
  media: { image: '[图片]', audio: '[语音]', file: '[文件]' },
  role: { admin: '管理员', supervisor: '班长', agent: '坐席' },
}
