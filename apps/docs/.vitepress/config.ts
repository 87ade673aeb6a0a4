import type { DefaultTheme, UserConfig } from 'vitepress';
import { bundledPackages } from '../src/bundled-packages';
import { codeTheme, colourByClass, takeTime } from '../src/code-colours';
import { finishSite } from '../src/finish-site';
import { githubSlug } from '../src/github-slug';
import { withoutStyles } from '../src/inline-code';
import { addRules } from '../src/markdown-rules';
import { BASE, SITE, SOURCES } from '../src/places';
import { chinese, chineseSearch } from '../src/chinese';
import { addSearchTerms } from '../src/search-terms';
import { sidebarOf } from '../src/sidebar';
import { themeRepairs } from '../src/theme-repairs';
import { isTranslated } from '../src/translations';

const SUMMARY =
  'Publish a message once: HTTP polling, Server-Sent Events, WebSocket and Socket.IO carry it to every browser.';

const search: DefaultTheme.LocalSearchOptions = { locales: { zh: { translations: chineseSearch } } };
addSearchTerms(search);

/** VitePress's default theme in two languages, with a search index in the browser; nothing comes from another origin. */
const config: UserConfig<DefaultTheme.Config> = {
  srcDir: SOURCES,
  outDir: SITE,
  base: BASE,
  cleanUrls: true,
  // What changes with every page goes into a file; the inline scripts are then the same on all pages.
  metaChunk: true,
  title: 'Tetracast',
  description: SUMMARY,
  // With transitions switched off it would insert a style sheet, which the content security policy forbids.
  appearance: { disableTransition: false },
  ignoreDeadLinks: 'localhostLinks',
  head: [['link', { rel: 'icon', href: '/favicon.svg', type: 'image/svg+xml' }]],
  transformHead: ({ page }) =>
    page === '404.md' ? [] : [['link', { rel: 'alternate', type: 'text/markdown', href: `${BASE}${page}` }]],
  // The language menu leads to the same page, see the repairs of the theme.
  transformPageData: ({ relativePath, frontmatter }) => ({
    frontmatter: { ...frontmatter, isTranslated: isTranslated(relativePath) },
  }),
  transformHtml: withoutStyles,
  buildEnd: () => finishSite(SUMMARY),
  markdown: {
    theme: codeTheme,
    codeTransformers: [colourByClass],
    shikiSetup: takeTime,
    languageAlias: { mjs: 'javascript' },
    anchor: { slugify: githubSlug },
    config: addRules,
  },
  vite: {
    plugins: [themeRepairs, bundledPackages],
    // The browser loads a link to a Markdown file; without this the router looks for a page of that name.
    define: { 'import.meta.env.VITE_EXTRA_EXTENSIONS': '"md"' },
  },
  locales: {
    root: { label: 'English', lang: 'en' },
    zh: { label: '中文', lang: 'zh-CN', link: '/zh/', themeConfig: { ...chinese, sidebar: sidebarOf('zh') } },
  },
  themeConfig: {
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Protocol', link: '/protocol' },
      // Not below the base: the browser resolves the dots.
      { text: 'Lab', link: '/../', target: '_self' },
    ],
    sidebar: sidebarOf('en'),
    outline: { level: [2, 3] },
    editLink: { pattern: `${BASE}:path`, text: 'This page as Markdown' },
    search: { provider: 'local', options: search },
    notFound: {
      title: 'No such page',
      quote: 'Search, or choose a page from the contents.',
      linkText: 'To the first page',
      linkLabel: 'To the first page',
    },
  },
};

export default config;
