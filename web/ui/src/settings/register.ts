/** One register on a settings page: its documents, the one being edited, and what changed in it. */
import { computed, reactive, ref, watch, type ComputedRef, type Ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { resource, type ResourceName } from '@/api/hub'
import type { Stored } from '@/api/types'
import { tell } from '@/desk/notices'
import { byName, t } from '@/i18n'
import { explain, type Complaint } from '@/i18n/complain'
import { problemsOf, topOf, type Problem, type Said } from './problems'
import { problemText } from './said'

export interface Register<T extends Stored> {
  items: Ref<T[]>
  loading: Ref<boolean>
  error: Ref<unknown>
  /** The id in the address; "new" for one that is being made; null for none. */
  chosen: ComputedRef<string | null>
  draft: Ref<T | null>
  original: ComputedRef<T | null>
  /** Names of the fields that differ. */
  changed: ComputedRef<string[]>
  saving: Ref<boolean>
  wrong: Ref<Complaint | null>
  /** What the hub said is wrong, as long as that field stands as it was sent. */
  problems: ComputedRef<Problem[]>
  said: Said
  load: () => Promise<void>
  save: () => Promise<T | null>
  remove: () => Promise<boolean>
  reset: () => void
}

export interface RegisterParts<T extends Stored> {
  name: ResourceName
  blank: () => T
  /** Fields the screen edits; only these are sent. */
  fields: readonly (keyof T & string)[]
  label: (one: T) => string
  order?: (a: T, b: T) => number
}

export function useRegister<T extends Stored>(parts: RegisterParts<T>): Register<T> {
  const route = useRoute()
  const router = useRouter()
  const hub = resource<T>(parts.name)
  const order = parts.order ?? ((a: T, b: T) => byName(parts.label(a), parts.label(b)))
  const items = ref<T[]>([]) as Ref<T[]>
  const loading = ref(true)
  const error = ref<unknown>(null)
  const draft = ref<T | null>(null) as Ref<T | null>
  const saving = ref(false)
  const wrong = ref<Complaint | null>(null)
  const refused = ref<{ problems: Problem[]; sent: Record<string, string> }>({ problems: [], sent: {} })
  const asText = (field: string): string => JSON.stringify(draft.value?.[field as keyof T] ?? null)
  const problems = computed(() => refused.value.problems.filter(({ field }) => refused.value.sent[topOf(field)] === asText(topOf(field))))
  const said: Said = (field) => problems.value.filter((one) => one.field === field).map(problemText).join(' ')

  const chosen = computed(() => (typeof route.params.id === 'string' && route.params.id !== '' ? route.params.id : null))
  const original = computed(() => (chosen.value === 'new' ? parts.blank() : items.value.find((one) => one.id === chosen.value) ?? null))
  const changed = computed(() => {
    const [now, before] = [draft.value, original.value]
    if (now === null || before === null) return []
    return parts.fields.filter((field) => JSON.stringify(now[field] ?? null) !== JSON.stringify(before[field] ?? null))
  })

  function reset(): void {
    draft.value = original.value === null ? null : reactive(JSON.parse(JSON.stringify(original.value)) as T) as T
    wrong.value = null
    refused.value = { problems: [], sent: {} }
  }
  watch(chosen, reset)

  async function load(): Promise<void> {
    loading.value = true
    error.value = null
    try {
      items.value = (await hub.all()).sort(order)
      reset()
    } catch (failure) {
      error.value = failure
    } finally {
      loading.value = false
    }
  }

  async function save(): Promise<T | null> {
    const now = draft.value
    if (now === null || saving.value) return null
    saving.value = true
    wrong.value = null
    const fresh = chosen.value === 'new'
    const sent = Object.fromEntries((fresh ? parts.fields : changed.value).map((field) => [field, now[field as keyof T]])) as Partial<T>
    try {
      const kept = fresh ? await hub.add(sent) : await hub.change(now.id, { ...sent, version: now.version })
      items.value = [...items.value.filter((one) => one.id !== kept.id), kept]
        .sort(order)
      if (fresh) draft.value = null
      else reset()
      if (fresh) await router.replace({ params: { id: kept.id }, query: route.query })
      tell({ tone: 'done', text: t('settings.saved', { name: parts.label(kept) }) })
      return kept
    } catch (failure) {
      wrong.value = explain(failure)
      const found = problemsOf(failure)
      refused.value = { problems: found, sent: Object.fromEntries(found.map(({ field }) => [topOf(field), asText(topOf(field))])) }
      return null
    } finally {
      saving.value = false
    }
  }

  async function remove(): Promise<boolean> {
    const before = original.value
    if (before === null) return false
    try {
      await hub.drop(before.id)
      items.value = items.value.filter((one) => one.id !== before.id)
      draft.value = null
      tell({ tone: 'done', text: t('settings.removed', { name: parts.label(before) }) })
      await router.replace({ params: { id: '' }, query: route.query })
      return true
    } catch (failure) {
      wrong.value = explain(failure)
      return false
    }
  }

  void load()
  return { items, loading, error, chosen, draft, original, changed, saving, wrong, problems, said, load, save, remove, reset }
}
