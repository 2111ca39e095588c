import './styles/element'
import './styles/tokens.css'
import './styles/base.css'
import { createApp } from 'vue'
import App from './App.vue'
import { whenSignedOut } from './api/client'
import { startAlerts } from './desk/alerts'
import { loadConfig } from './desk/config'
import { listeners, watchBrowser } from './desk/desk'
import { forgetLists } from './desk/lists'
import { startOpening } from './desk/opening'
import { startPreferences } from './desk/preferences'
import { useRouterForVerbs } from './desk/verbs'
import { watchOffers } from './desk/offers'
import { i18n, locale, setLocale } from './i18n'
import { router } from './router'
import { fitToKeyboard } from './shell/keyboard'
import { signedOutElsewhere } from './shell/leaving'

setLocale(locale())
startPreferences()
startAlerts()
startOpening()
watchOffers()
watchBrowser()
fitToKeyboard()
useRouterForVerbs(router)
whenSignedOut(() => void signedOutElsewhere(router))
listeners.stopped.push((reason) => { if (reason === 'signed_out') void signedOutElsewhere(router) })
listeners.snapshot.push(forgetLists)
listeners.config.push(() => void loadConfig())

createApp(App).use(i18n).use(router).mount('#app')
