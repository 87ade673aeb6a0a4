import type { DefaultTheme, Theme } from 'vitepress';
import theme from 'vitepress/theme-without-fonts';
import { addSearchTerms } from '../../src/search-terms';
import './code.css';
import './theme.css';

const withSearchTerms: Theme = {
  extends: theme,
  enhanceApp: ({ siteData }) => {
    const { search } = siteData.value.themeConfig as DefaultTheme.Config;
    addSearchTerms(search?.options ?? {});
  },
};

export default withSearchTerms;
