import type { Messages } from '../zh-CN'
import { desk } from './desk'
import { error } from './errors'
import { live } from './live'
import { routing } from './routing'
import { settings } from './settings'
import { shell } from './shell'

export const en: Messages = { ...shell, ...desk, ...live, settings, routing, error }
