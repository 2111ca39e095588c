/** Every word of the widget, in Chinese (the default) and English. */

const zh = {
  panel: '在线客服',
  close: '收起',
  end: '结束',
  endLong: '结束会话',
  transcript: '下载聊天记录',
  messages: '聊天内容',
  write: '请输入您想咨询的内容',
  send: '发送',
  attach: '发送图片或文件',
  hours: (text: string) => `服务时间：${text}`,
  always: '全天在线',
  opening: '在线客服',
  closedNow: (hours: string, opens: string) => ['现在是非服务时间', opens && `${opens} 开始服务`, hours && `服务时间：${hours}`].filter(Boolean).join('。'),
  closedShort: '现在是非服务时间',
  unstaffed: '客服暂时不在，您可以先写下问题，客服上线后会回复您',
  keptForLater: '客服暂时不在，您的消息已收到，上线后会回复您',
  bot: '智能助手',
  waiting: '正在排队',
  connecting: '正在为您接入客服',
  next: '下一位就是您',
  ahead: (n: number) => `您前面还有 ${n} 位`,
  about: (minutes: number) => `约 ${minutes} 分钟`,
  aboutSoon: '不到 1 分钟',
  aboutLong: '超过 1 小时',
  comma: '，',
  serving: (name: string) => `${name} 为您服务`,
  servingNobody: '客服为您服务',
  joined: (name: string) => `${name} 已接入，为您服务`,
  joinedNobody: '客服已接入，为您服务',
  ended: '会话已结束',
  endedIdle: '长时间没有新消息，会话已自动结束',
  endedLeft: '您已结束会话',
  writeAgain: '如需继续，直接输入即可',
  typing: '对方正在输入',
  you: '您',
  agent: '客服',
  system: '系统消息',
  sending: '发送中',
  sent: '已送达',
  read: '已读',
  failed: '未发送',
  again: '重发',
  discard: '删除',
  cancel: '取消',
  uploading: (percent: number) => `正在上传 ${percent}%`,
  image: '图片',
  audio: '语音',
  file: '文件',
  openImage: (name: string) => `查看大图：${name}`,
  download: (name: string) => `下载：${name}`,
  erased: '此消息已被删除',
  reconnecting: '正在重连，内容已保存',
  caughtUp: '已恢复连接',
  latest: '回到最新',
  fresh: (n: number) => `${n} 条新消息`,
  today: '今天',
  yesterday: '昨天',
  rate: '请您评价本次服务',
  score: (n: number) => `${n} 分，${['很不满意', '不满意', '一般', '满意', '很满意'][n - 1]}`,
  scoreWord: (n: number) => ['很不满意', '不满意', '一般', '满意', '很满意'][n - 1] ?? '',
  why: '可以说说原因（选填）',
  submit: '提交',
  thanks: '感谢您的评价',
  leaveTitle: '请留言',
  leaveHint: '留下联系方式和问题，我们会在服务时间内联系您',
  noForm: '请在服务时间内联系我们',
  name: '您的称呼',
  reach: '手机号或邮箱',
  question: '您的问题',
  leave: '提交留言',
  left: '留言已收到，我们会在服务时间内联系您',
  leftAgain: '再写一条',
  optional: '（选填）',
  needReach: '请填写手机号或邮箱，方便我们联系您',
  wrongReach: '请检查手机号或邮箱是否正确',
  needText: '请写下您的问题',
  tooLong: (most: number) => `最多 ${most} 个字`,
  fileTooLarge: (most: string) => `文件太大，最大 ${most}`,
  fileType: '不支持这种文件',
  fileEmpty: '文件是空的',
  tooFast: (seconds: number) => `发送太快，请 ${seconds} 秒后再试`,
  closedError: '现在是非服务时间，请留言',
  notAllowed: '此页面不能使用在线客服',
  noInbox: '此客服入口不存在或已停用',
  unreachable: '暂时无法连接客服，正在重试',
  refused: (code: string) => `没有成功，请稍后再试（${code}）`,
}

export type Words = typeof zh

const en: Words = {
  panel: 'Customer service',
  close: 'Close',
  end: 'End',
  endLong: 'End conversation',
  transcript: 'Download transcript',
  messages: 'Conversation',
  write: 'Write a message',
  send: 'Send',
  attach: 'Send a picture or file',
  hours: (text) => `We answer ${text}`,
  always: 'We answer around the clock',
  opening: 'Customer service',
  closedNow: (hours, opens) => ['We are closed now', opens && `We open on ${opens}`, hours && `We answer ${hours}`].filter(Boolean).join('. '),
  closedShort: 'We are closed now',
  unstaffed: 'Nobody is at the desk right now. Write your question and we will reply when we are back',
  keptForLater: 'Nobody is at the desk right now. We have your message and will reply when we are back',
  bot: 'Assistant',
  waiting: 'Waiting',
  connecting: 'Connecting you to an agent',
  next: 'You are next',
  ahead: (n) => (n === 1 ? '1 person is ahead of you' : `${n} people are ahead of you`),
  about: (minutes) => `about ${minutes} min`,
  aboutSoon: 'less than a minute',
  aboutLong: 'more than an hour',
  comma: ', ',
  serving: (name) => `${name} is with you`,
  servingNobody: 'An agent is with you',
  joined: (name) => `${name} has joined`,
  joinedNobody: 'An agent has joined',
  ended: 'This conversation has ended',
  endedIdle: 'There was no new message for a while, so the conversation has ended',
  endedLeft: 'You have ended the conversation',
  writeAgain: 'Write again to continue',
  typing: 'Typing',
  you: 'You',
  agent: 'Agent',
  system: 'Notice',
  sending: 'Sending',
  sent: 'Delivered',
  read: 'Read',
  failed: 'Not sent',
  again: 'Send again',
  discard: 'Delete',
  cancel: 'Cancel',
  uploading: (percent) => `Uploading ${percent}%`,
  image: 'Picture',
  audio: 'Voice message',
  file: 'File',
  openImage: (name) => `Open picture: ${name}`,
  download: (name) => `Download: ${name}`,
  erased: 'This message was deleted',
  reconnecting: 'Reconnecting, nothing is lost',
  caughtUp: 'Connected again',
  latest: 'Latest',
  fresh: (n) => (n === 1 ? '1 new message' : `${n} new messages`),
  today: 'Today',
  yesterday: 'Yesterday',
  rate: 'How was our service?',
  score: (n) => `${n} of 5, ${['very bad', 'bad', 'fair', 'good', 'very good'][n - 1]}`,
  scoreWord: (n) => ['Very bad', 'Bad', 'Fair', 'Good', 'Very good'][n - 1] ?? '',
  why: 'Tell us why (optional)',
  submit: 'Send',
  thanks: 'Thank you for your rating',
  leaveTitle: 'Leave a message',
  leaveHint: 'Tell us how to reach you and what it is about. We will get back to you',
  noForm: 'Please contact us during our opening hours',
  name: 'Your name',
  reach: 'Phone or e-mail',
  question: 'Your question',
  leave: 'Leave message',
  left: 'We have your message and will get back to you',
  leftAgain: 'Write another one',
  optional: ' (optional)',
  needReach: 'Please give a phone number or e-mail address so that we can reach you',
  wrongReach: 'Please check the phone number or e-mail address',
  needText: 'Please write your question',
  tooLong: (most) => `At most ${most} characters`,
  fileTooLarge: (most) => `The file is too large, at most ${most}`,
  fileType: 'Files of this kind cannot be sent',
  fileEmpty: 'The file is empty',
  tooFast: (seconds) => `Too fast. Try again in ${seconds} s`,
  closedError: 'We are closed now, please leave a message',
  notAllowed: 'The chat cannot be used on this page',
  noInbox: 'This chat does not exist or is switched off',
  unreachable: 'The chat cannot be reached right now, trying again',
  refused: (code) => `That did not work, please try again later (${code})`,
}

export type Locale = 'zh-CN' | 'en'

/** `zh…` is Chinese, any other named language English, none at all Chinese. */
export function localeOf(tag: string | null | undefined): Locale {
  return !tag || tag.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
}

export function wordsFor(locale: Locale): Words {
  return locale === 'en' ? en : zh
}

/** The queue place as a sentence: "您前面还有 2 位，约 3 分钟". */
export function placeSentence(words: Words, position: number | null, waitSeconds: number | null): string {
  const place = position === null ? words.connecting : position <= 1 ? words.next : words.ahead(position - 1)
  if (position === null || waitSeconds === null) return place
  return place + words.comma + waitWords(words, waitSeconds)
}

function waitWords(words: Words, seconds: number): string {
  if (seconds < 60) return words.aboutSoon
  return seconds > 3600 ? words.aboutLong : words.about(Math.ceil(seconds / 60))
}

export function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`
}

export function clock(at: Date, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hour12: false }).format(at)
}

export function dayWords(at: Date, now: Date, words: Words, locale: Locale): string {
  const day = (date: Date): number => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
  const days = Math.round((day(now) - day(at)) / 86_400_000)
  if (days === 0) return words.today
  if (days === 1) return words.yesterday
  const year = at.getFullYear() === now.getFullYear() ? undefined : 'numeric'
  return new Intl.DateTimeFormat(locale, { year, month: 'long', day: 'numeric' }).format(at)
}
