import type { DefaultTheme } from 'vitepress';
import { BASE } from './places';

/** The theme's words in Chinese. */
export const chinese: DefaultTheme.Config = {
  nav: [
    { text: '开始', link: '/zh/start' },
    { text: '协议', link: '/protocol' },
    { text: '实验页面', link: '/../', target: '_self' },
  ],
  outline: { level: [2, 3], label: '本页内容' },
  docFooter: { prev: '上一页', next: '下一页' },
  editLink: { pattern: `${BASE}:path`, text: '本页的 Markdown' },
  darkModeSwitchLabel: '外观',
  darkModeSwitchTitle: '切换到深色模式',
  lightModeSwitchTitle: '切换到浅色模式',
  sidebarMenuLabel: '目录',
  returnToTopLabel: '回到顶部',
  langMenuLabel: '切换语言',
  skipToContentLabel: '跳到内容',
  notFound: { title: '没有这个页面', quote: '请搜索，或从目录中选择。', linkText: '回到首页', linkLabel: '回到首页' },
};

/** The search box's words in Chinese. */
export const chineseSearch: NonNullable<DefaultTheme.LocalSearchOptions['translations']> = {
  button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
  modal: {
    displayDetails: '显示详情',
    resetButtonTitle: '清除',
    backButtonTitle: '关闭',
    noResultsText: '没有结果：',
    footer: { selectText: '选择', navigateText: '移动', closeText: '关闭' },
  },
};
