import { createI18n } from 'vue-i18n'
import { describe, expect, it } from 'vitest'
import type { Asking, Standing } from '@/api/live'
import type { Entry } from '@/api/types'
import { mentioned, mentionQuery, pieces } from '@/desk/mentions'
import { clock } from '@/desk/waiting'
import { en } from '@/i18n/en'
import { zhCN } from '@/i18n/zh-CN'
import { changeText, couldTake, overflowText, stepText, verdictText, type Plan } from '@/live/standing'
import { offerTold, type Decision } from '@/live/trace'
import type { Words } from '@/live/words'
import { at, entry } from './fixtures'

const names: Record<string, string> = { k_meter: '燃气表', k_pipe: '管道', q_ask: '咨询', b_rest: '小休', b_lunch: '午餐', u_1: '张敏', u_2: '李强', u_3: '赵磊' }

function words(locale: 'zh-CN' | 'en'): Words {
  const { global } = createI18n({ legacy: false, locale, messages: { 'zh-CN': zhCN, en } })
  const name = (id: string): string => names[id] ?? ''
  return {
    t: (key, values = {}, n) => (n === undefined ? global.t(key, values) : global.t(key, values, n)),
    skill: name, queue: name, agent: name, breakReason: name,
    time: (stamp) => stamp.slice(11, 16),
    span: (seconds) => clock(seconds * 1000),
  }
}
const zh = words('zh-CN')
const english = words('en')

function agent(id: string, verdict: string, more: Partial<Standing> = {}): Standing {
  return { id, name: names[id] ?? id, verdict, state: 'ready', reason: null, since: '2026-11-25T10:02:00.000Z', skills: {}, ...more }
}

function asking(more: Partial<Asking> = {}): Asking {
  return {
    skills: {}, asked_first: {}, step: 0, steps: 0, any_agent: false, sticky: false, preferred: null,
    next_change_at: null, next_overflow_at: null, overflow_step: 0, considered: {}, agents: [], ...more,
  }
}

describe('who could take it', () => {
  const able = { k_meter: 6 }
  const agents = [
    agent('u_1', 'busy', { skills: able }), agent('u_2', 'busy', { skills: able }),
    agent('u_3', 'on_break', { skills: able, reason: 'b_rest' }), agent('u_4', 'unskilled', { skills: { k_meter: 3 } }),
    agent('u_5', 'offline'),
  ]

  it('counts those with the skills by what keeps them', () => {
    const one = asking({ skills: { k_meter: 5 }, agents })
    expect(couldTake(one, zh)).toBe('3 位坐席有 燃气表 ≥ 5：2 位满员、1 位小休（10:02 起）')
    expect(couldTake(one, english)).toBe('3 agents have 燃气表 ≥ 5: 2 full, 1 on a break (小休, since 10:02)')
  })

  it('names several breaks as one, without a time', () => {
    const one = asking({ skills: { k_meter: 1 }, agents: ['b_rest', 'b_lunch'].map((reason, n) => agent(`u_${n}`, 'on_break', { skills: able, reason })) })
    expect(couldTake(one, zh)).toBe('2 位坐席有 燃气表 ≥ 1：2 位小休')
  })

  it('says so where nobody has the skills, where none are asked for, and where nobody works', () => {
    expect(couldTake(asking({ skills: { k_pipe: 9 }, agents }), zh)).toBe('队列的 5 位坐席都没有 管道 ≥ 9')
    expect(couldTake(asking({ skills: { k_pipe: 9 }, agents: agents.slice(0, 1) }), english)).toBe('The one agent of the queue does not have 管道 ≥ 9')
    expect(couldTake(asking({ agents: [agent('u_1', 'fits'), agent('u_2', 'blocked')] }), zh)).toBe('队列共 2 位坐席：1 位可接、1 位被其他渠道占用')
    expect(couldTake(asking({ agents: [agent('u_1', 'fits')] }), english)).toBe('1 agent in the queue: 1 free')
    expect(couldTake(asking(), zh)).toBe('这个队列没有坐席')
  })

  it('tells of the last agent while it is kept for him', () => {
    const one = asking({ sticky: true, preferred: 'u_1', agents: [agent('u_1', 'busy'), agent('u_2', 'not_preferred')] })
    expect(couldTake(one, zh)).toBe('先等上次的坐席 张敏（满员）')
    expect(verdictText(agent('u_2', 'offline'), english)).toBe('offline (since 10:02)')
  })
})

describe('what comes next', () => {
  const plan: Plan = {
    relaxation: [{ after: 20, lower: 2, drop: [] }, { after: 40, lower: 0, drop: ['k_pipe'] }],
    any_agent_after: 60, last_agent_seconds: 30,
    overflow: [{ after: 50, to: 'message' }, { after: 90, to: 'queue', queue: 'q_ask' }],
  }
  const soon = { next_change_at: at(30), next_overflow_at: at(50) }

  it('is the next step, then any agent', () => {
    expect(changeText(asking({ ...soon }), plan, zh)).toBe('要求降低 2 级')
    expect(changeText(asking({ ...soon, step: 1 }), plan, english)).toBe('no longer 管道')
    expect(changeText(asking({ ...soon, step: 2 }), plan, zh)).toBe('任意坐席可接')
    expect(changeText(asking(), plan, zh)).toBe('')
    expect(changeText(asking({ ...soon }), null, zh)).toBe('放宽要求')
  })

  it('may be the end of waiting for the last agent, whichever is sooner', () => {
    expect(changeText(asking({ ...soon, sticky: true }), plan, zh)).toBe('要求降低 2 级')
    expect(changeText(asking({ ...soon, sticky: true, step: 1 }), plan, zh)).toBe('不再只等上次的坐席')
  })

  it('names the overflow that is due', () => {
    expect(overflowText(asking(soon), plan, zh)).toBe('发一条安抚消息')
    expect(overflowText(asking({ ...soon, overflow_step: 1 }), plan, zh)).toBe('溢出到队列 咨询')
    expect(overflowText(asking({ ...soon, overflow_step: 2 }), plan, english)).toBe('overflows')
  })

  it('says how far the demand has come down', () => {
    expect(stepText(asking({ step: 1, steps: 2 }), zh)).toBe('已放宽 1/2 步')
    expect(stepText(asking({ step: 2, any_agent: true }), zh)).toBe('已不要求技能，任意坐席可接')
    expect(stepText(asking(), zh)).toBe('')
  })
})

describe('an offer in the trace', () => {
  const offered = (trace: Decision): Entry => entry(2, { kind: 'offered', by: { kind: 'router', id: 'main' }, at: at(100), body: { agent: 'u_1', agent_name: '张敏', trace } })

  it('says who and why, what was asked, how the others stood, who was next', () => {
    const told = offerTold(offered({
      strategy: 'longest_idle', step: 1, any_agent: false, sticky: false, considered: { queue_agents: 4, offline: 1, busy: 1, fits: 2 },
      next: ['u_2', 'u_3'], idle_since: at(40), waited_seconds: 25.4, skills: { k_meter: 5 }, priority: 8,
    }), zh)
    expect(told.title).toBe('派给 张敏：空闲最久（01:00）')
    expect(told.lines).toEqual([
      '在队列中等了 00:25、要求 燃气表 ≥ 5、已放宽 1 步、优先级 8', '队列共 4 位坐席：2 位可接、1 位满员、1 位离线', '其次：李强、赵磊',
    ])
  })

  it('is short where there was no choice', () => {
    expect(offerTold(offered({ strategy: 'best_skill', considered: { queue_agents: 1, fits: 1 } }), english)).toEqual({
      title: 'Offered to 张敏: the only one who could take it', lines: ['no skills asked for', '1 agent in the queue: 1 free'],
    })
    expect(offerTold(offered({ sticky: true, strategy: 'linear' }), zh).title).toBe('派给 张敏：上次由他接待这位客户')
    expect(offerTold(offered({ strategy: 'best_skill', considered: { queue_agents: 3, fits: 3 } }), zh).title).toBe('派给 张敏：技能最高')
  })

  it('has at least its name where an older offer has no facts', () => {
    expect(offerTold(entry(2, { kind: 'offered', body: { agent: 'u_9', agent_name: '孙悦' } }), zh)).toEqual({ title: '派给 孙悦', lines: [] })
  })
})

describe('mentions', () => {
  const people = [{ id: 'u_1', name: '张敏' }, { id: 'u_2', name: '张敏敏' }, { id: 'u_3', name: '李强' }]

  it('begin with an "@" that is no e-mail address', () => {
    expect(mentionQuery('请 @张', 4)).toEqual({ from: 2, query: '张' })
    expect(mentionQuery('请@', 2)).toEqual({ from: 1, query: '' })
    expect(mentionQuery('a@b', 3)).toBeNull()
    expect(mentionQuery('@张敏 好', 5)).toBeNull()
  })

  it('are those that stand in the note when it goes out', () => {
    expect(mentioned('@张敏敏 看一下，@李强 也看', people)).toEqual(['u_2', 'u_3'])
    expect(mentioned('张敏 看过了', people)).toEqual([])
  })

  it('are shown apart', () => {
    expect(pieces('给 @李强 看', ['李强'])).toEqual([
      { text: '给 ', name: false }, { text: '@李强', name: true }, { text: ' 看', name: false },
    ])
  })
})
