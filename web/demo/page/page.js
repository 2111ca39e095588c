// Switches the page between Chinese and English; the choice stays in this browser.
(() => {
  const button = document.getElementById('language');
  const remember = (language) => {
    try { localStorage.setItem('demo-language', language); } catch { /* private window */ }
  };
  const remembered = () => {
    try { return localStorage.getItem('demo-language'); } catch { return null; }
  };
  const show = (language) => {
    const english = language === 'en';
    document.documentElement.lang = english ? 'en' : 'zh-CN';
    document.title = english ? 'Qingshan Gas' : '青山燃气';
    for (const element of document.querySelectorAll('[data-zh]')) {
      element.textContent = english ? element.dataset.en : element.dataset.zh;
    }
    button.textContent = english ? '中文' : 'EN';
    button.lang = english ? 'zh-CN' : 'en';
    button.setAttribute('aria-label', english ? '切换到中文' : 'Switch to English');
  };
  button.addEventListener('click', () => {
    const next = document.documentElement.lang === 'en' ? 'zh-CN' : 'en';
    remember(next);
    show(next);
  });
  show(remembered() ?? 'zh-CN');
})();
