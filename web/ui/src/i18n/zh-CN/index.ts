import { desk } from './desk'
import { error } from './errors'
import { live } from './live'
import { routing } from './routing'
import { settings } from './settings'
import { shell } from './shell'

/** Every word of the desk in Chinese; its shape is the shape of every other language. */
export const zhCN = { ...shell, ...desk, ...live, settings, routing, error }
export type Messages = typeof zhCN
