/** The moments an agent puts a conversation off to. Pure. */

export interface SnoozeChoice { id: 'half_hour' | 'two_hours' | 'tomorrow' | 'next_week'; until: Date }

export function snoozeChoices(now: Date): SnoozeChoice[] {
  const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000)
  const morning = (days: number): Date => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 9)
  const toMonday = ((8 - now.getDay()) % 7) || 7
  return [
    { id: 'half_hour', until: later(30) },
    { id: 'two_hours', until: later(120) },
    { id: 'tomorrow', until: morning(1) },
    { id: 'next_week', until: morning(toMonday) },
  ]
}
