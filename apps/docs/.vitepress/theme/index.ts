import theme from 'vitepress/theme-without-fonts';
import './code.css';
import './theme.css';

export default theme;
