/** A part of a file of VitePress's default theme, and what replaces it. */
interface Repair {
  readonly from: string;
  readonly to: string;
}

/** What the default theme has no slot and no setting for, by the end of the file's name. */
export const REPAIRS: Readonly<Record<string, readonly Repair[]>> = {
  // The content of these pages is in no landmark.
  'NotFound.vue': [
    { from: '<div class="NotFound">', to: '<main class="NotFound">' },
    { from: '  </div>\n</template>', to: '  </main>\n</template>' },
  ],
  'components/VPHome.vue': [
    { from: '<div \n    class="VPHome"', to: '<main\n    class="VPHome"' },
    { from: '  </div>\n</template>', to: '  </main>\n</template>' },
  ],
  // A heading is a button only where it opens and closes, and there the arrow is one already.
  'components/VPSidebarItem.vue': [
    { from: '      :role="itemRole"\n', to: '' },
    { from: '      :tabindex="item.items && 0"\n', to: '' },
    { from: 'aria-label="toggle section"', to: ':aria-label="item.text" :aria-expanded="!collapsed"' },
  ],
  // The name of the button is what it shows: a style sheet has the key.
  'components/VPNavBarSearchButton.vue': [
    { from: '<kbd class="DocSearch-Button-Key">K</kbd>', to: '<kbd class="DocSearch-Button-Key key-k"></kbd>' },
  ],
  // A dialog with a list of options, which are links: a button may not have what can be clicked inside.
  'components/VPLocalSearchBox.vue': [
    {
      from: `      role="button"
      :aria-owns="results?.length ? 'localsearch-list' : undefined"
      aria-expanded="true"
      aria-haspopup="listbox"
      aria-labelledby="localsearch-label"
`,
      to: `      role="dialog"
      aria-modal="true"
      :aria-label="buttonText"
`,
    },
    {
      from: `            :id="'localsearch-item-' + index"
            :aria-selected="selectedIndex === index ? 'true' : 'false'"
            role="option"
`,
      to: `            role="presentation"
`,
    },
    {
      from: `              :href="p.id"
              class="result"
`,
      to: `              :href="p.id"
              :id="'localsearch-item-' + index"
              :aria-selected="selectedIndex === index ? 'true' : 'false'"
              role="option"
              class="result"
`,
    },
    { from: `              :aria-label="[...p.titles, p.title].join(' > ')"\n`, to: '' },
    ...['navigateUp', 'navigateDown', 'select', 'close'].map((key) => ({
      from: `<kbd :aria-label="translate('modal.footer.${key}KeyAriaLabel')">`,
      to: `<kbd role="img" :aria-label="translate('modal.footer.${key}KeyAriaLabel')">`,
    })),
  ],
  // A page that is in one language only has no other to lead to.
  'composables/langs.js': [{ from: 'theme.value.i18nRouting !== false', to: 'page.value.frontmatter.isTranslated' }],
};

const THEME = '/vitepress/dist/client/theme-default/';

/** A Vite plugin that repairs the files of the theme as they are built. It throws if another version of VitePress has changed them. */
export const themeRepairs = {
  name: 'theme-repairs',
  enforce: 'pre' as const,
  transform(code: string, id: string): string | undefined {
    const at = id.indexOf(THEME);
    const repairs = at < 0 ? undefined : REPAIRS[id.slice(at + THEME.length)];
    return repairs?.reduce((text, { from, to }) => {
      if (!text.includes(from)) throw new Error(`The theme has changed: ${id} has no ${from}`);
      return text.replace(from, () => to);
    }, code);
  },
};
