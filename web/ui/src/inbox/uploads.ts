/** Files on their way up from one composer. */
import { computed, reactive, type ComputedRef } from 'vue'
import { files } from '@/api/hub'
import { ApiError } from '@/api/client'
import type { Attachment } from '@/api/types'
import { newId } from '@/desk/ids'
import { explain } from '@/i18n/complain'

export interface Upload {
  key: string
  name: string
  size: number
  share: number
  file: Attachment | null
  wrong: string | null
  cancel: () => void
}

export interface Uploads {
  list: Upload[]
  busy: ComputedRef<boolean>
  add: (files: Iterable<File>) => void
  again: (key: string) => void
  remove: (key: string) => void
  /** The finished ones, and an empty tray. */
  take: () => Attachment[]
}

export function useUploads(): Uploads {
  const list = reactive<Upload[]>([])
  const sources = new Map<string, File>()
  const busy = computed(() => list.some((one) => one.file === null && one.wrong === null))

  async function send(key: string, source: File): Promise<void> {
    const set = (change: Partial<Upload>): void => {
      const found = list.find((one) => one.key === key)
      if (found !== undefined) Object.assign(found, change)
    }
    const { done, cancel } = files.upload(source, (share) => set({ share }))
    set({ cancel })
    try {
      const { id, name, type, size, media } = await done
      set({ share: 1, file: { file: id, name, type, size, media } })
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'cancelled') set({ wrong: explain(error).text })
    }
  }

  return {
    list,
    busy,
    add: (given) => {
      for (const source of given) {
        const key = newId()
        sources.set(key, source)
        list.push({ key, name: source.name, size: source.size, share: 0, file: null, wrong: null, cancel: () => undefined })
        void send(key, source)
      }
    },
    again: (key) => {
      const source = sources.get(key)
      const found = list.find((one) => one.key === key)
      if (source === undefined || found === undefined) return
      Object.assign(found, { share: 0, wrong: null })
      void send(key, source)
    },
    remove: (key) => {
      const index = list.findIndex((one) => one.key === key)
      const [gone] = index < 0 ? [] : list.splice(index, 1)
      sources.delete(key)
      if (gone !== undefined && gone.file === null) gone.cancel()
    },
    take: () => {
      const ready = list.map((one) => one.file).filter((file) => file !== null)
      list.splice(0)
      sources.clear()
      return ready
    },
  }
}
