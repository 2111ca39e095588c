/** The desk's addresses. Every page can be linked to, and needs a sign-in first. */
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { account, whoAmI } from '@/desk/account'
import { may, SETTINGS_PAGES } from '@/desk/permissions'
import { complain } from '@/i18n/complain'
import InboxPage from '@/inbox/InboxPage.vue'
import AppFrame from '@/shell/AppFrame.vue'
import SignInPage from '@/shell/SignInPage.vue'

const settings: RouteRecordRaw[] = [
  { path: '', redirect: () => `/settings/${SETTINGS_PAGES.find((page) => may(account.me, page.right))?.path ?? 'queues'}` },
  { path: 'queues/:id?', name: 'queues', component: () => import('@/settings/QueuesPage.vue') },
  { path: 'skills', name: 'skills', component: () => import('@/settings/SkillsPage.vue') },
  { path: 'rules/:id?', name: 'rules', component: () => import('@/settings/RulesPage.vue') },
  { path: 'calendars/:id?', name: 'calendars', component: () => import('@/settings/CalendarsPage.vue') },
  { path: 'interrupts', name: 'interrupts', component: () => import('@/settings/InterruptsPage.vue') },
  { path: 'canned-replies/:id?', name: 'canned-replies', component: () => import('@/settings/CannedRepliesPage.vue') },
  { path: 'dispositions/:id?', name: 'dispositions', component: () => import('@/settings/DispositionsPage.vue') },
  { path: 'break-reasons/:id?', name: 'break-reasons', component: () => import('@/settings/BreakReasonsPage.vue') },
  { path: 'inboxes/:id?', name: 'inboxes', component: () => import('@/settings/InboxesPage.vue') },
  { path: 'users/:id?', name: 'users', component: () => import('@/settings/UsersPage.vue') },
  { path: 'deliveries', name: 'deliveries', component: () => import('@/settings/DeliveriesPage.vue') },
]

export const router = createRouter({
  history: createWebHistory('/desk'),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: SignInPage },
    {
      path: '/',
      component: AppFrame,
      children: [
        { path: '', name: 'inbox', component: InboxPage },
        { path: 'c/:id', name: 'conversation', component: InboxPage },
        { path: 'live', name: 'live', component: () => import('@/live/LivePage.vue') },
        { path: 'live/:id', name: 'live-queue', component: () => import('@/live/LiveQueuePage.vue') },
        { path: 'account', name: 'account', component: () => import('@/account/AccountPage.vue') },
        { path: 'settings', component: () => import('@/settings/SettingsFrame.vue'), children: settings },
      ],
    },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})

router.beforeEach(async (to) => {
  if (to.name === 'sign-in') return account.me === null ? true : '/'
  if (account.me !== null) return true
  try {
    if ((await whoAmI()) !== null) return true
  } catch (error) {
    complain(error)
  }
  return { name: 'sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
})
