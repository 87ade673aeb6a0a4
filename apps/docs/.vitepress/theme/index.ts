import type { DefaultTheme, Theme } from 'vitepress';
import theme from 'vitepress/theme-without-fonts';
import { addSearchRules } from '../../src/search-terms';
import './code.css';
import './theme.css';

const withSearchRules: Theme = {
  extends: theme,
  enhanceApp: ({ siteData }) => {
    const { search } = siteData.value.themeConfig as DefaultTheme.Config;
    addSearchRules(search?.options ?? {});
  },
};

export default withSearchRules;
