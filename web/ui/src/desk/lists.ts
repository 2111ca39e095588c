/** The lists beside "mine": loaded page by page, kept live by the rows of the socket. */
import { reactive } from 'vue'
import { conversations, type RowQuery } from '@/api/hub'
import { state } from './desk'
import { putRow, type ListName, type Loaded } from './rows'

export interface ListView extends Loaded {
  busy: boolean
  /** When it began to load, for the skeleton. */
  error: unknown
  loaded: boolean
}

const views = reactive<Record<string, ListView>>({})

export const listKey = (list: ListName, queue: string | null): string => `${list}:${queue ?? ''}`

export function viewOf(list: ListName, queue: string | null): ListView {
  const key = listKey(list, queue)
  views[key] ??= { next: null, until: null, busy: false, error: null, loaded: false }
  return views[key] as ListView
}

function queryOf(list: ListName, queue: string | null): RowQuery {
  switch (list) {
    case 'mine':
      return { list: 'mine', state: 'open' }
    case 'queue':
      return queue === null ? { list: 'all', state: 'waiting' } : { list: 'queue', queue, state: 'waiting' }
    case 'closed':
      return { list: 'all', state: 'closed' }
    case 'all':
      return { list: 'all', state: 'open' }
  }
}

/** The first page anew, or the page after what is there. "Mine" needs none: the snapshot is complete. */
export async function loadList(list: ListName, queue: string | null, more: boolean): Promise<void> {
  const view = viewOf(list, queue)
  if (list === 'mine' || view.busy || (more && view.next === null)) return
  view.busy = true
  view.error = null
  try {
    const page = await conversations.list({ ...queryOf(list, queue), cursor: more ? view.next : null, limit: 30 })
    for (const row of page.items) putRow(state.rows, row)
    view.next = page.next ?? null
    view.until = page.items.at(-1)?.updated_at ?? view.until
    view.loaded = true
  } catch (error) {
    view.error = error
  } finally {
    view.busy = false
  }
}

/** After a new snapshot what was loaded may be old: everything but the open list is forgotten. */
export function forgetLists(): void {
  for (const key of Object.keys(views)) delete views[key]
}
